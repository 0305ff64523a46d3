using System.Diagnostics.CodeAnalysis;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Changes that belong together. They are private to the unit of work until <see cref="CommitAsync"/>, which makes them
/// visible, and durable, as one: after a crash all of them are there or none.
/// </summary>
/// <remarks>
/// The first unit of work that writes an entity wins: another one that tries is told so at once by a
/// <see cref="ConcurrencyConflictException"/>.
/// </remarks>
public sealed class UnitOfWork : IDisposable
{
    private static readonly AsyncLocal<UnitOfWork?> Ambient = new();

    private readonly Dictionary<(CollectionState State, string Id), PendingWrite> _writes = [];
    private readonly List<PendingWrite> _order = [];
    private readonly UnitOfWork? _outer;
    private readonly bool _isAmbient;
    private bool _isDisposed;

    internal UnitOfWork(StorageDirectory directory, string? origin, bool ambient)
    {
        Directory = directory;
        Origin = origin;
        if (ambient)
        {
            (_isAmbient, _outer, Ambient.Value) = (true, Ambient.Value, this);
        }
    }

    /// <summary>The unit of work of the current flow of control, if one was begun.</summary>
    public static UnitOfWork? Current => Ambient.Value;

    /// <summary>The network address on whose behalf it runs, if there is one.</summary>
    public string? Origin { get; }

    internal StorageDirectory Directory { get; }

    /// <summary>Work that it began may go on after it, and still find it in its flow of control.</summary>
    internal bool IsDisposed => _isDisposed;

    internal List<(CollectionState State, object Index, string Key)> Reserved { get; } = [];

    internal IReadOnlyList<PendingWrite> PendingWrites => _order;

    /// <summary>How many times something was written to it.</summary>
    internal int Changes { get; private set; }

    /// <summary>Whether it was written to while it was being committed, so that what became of the rest cannot be told.</summary>
    internal bool IsTorn { get; set; }

    /// <summary>The newest change that this unit of work has made or may have seen.</summary>
    internal long ReadTicket { get; private set; }

    /// <summary>Whether it read something that a failed write has undone since.</summary>
    internal bool ReadUndoneState { get; private set; }

    /// <summary>
    /// Makes the changes visible and waits until they, and everything that was read, are on disk. May be called again after
    /// further changes.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting, not the commit: whether it succeeded is then unknown.</param>
    /// <exception cref="StorageException">They could not be made durable, or what was read could not; nothing was changed.</exception>
    /// <exception cref="ConcurrencyConflictException">An entity it wrote was meanwhile revoked or removed by another.</exception>
    /// <exception cref="InvalidOperationException">It is being written to at the same time.</exception>
    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await Directory.Queue.CommitAsync(this, cancellationToken);
    }

    /// <summary>
    /// Makes the changes so far visible and starts to write them, while the work goes on. What follows is a change of its own; before
    /// anybody is told of either, <see cref="CommitAsync"/> must have completed.
    /// </summary>
    /// <exception cref="StorageException">What was read could not be made durable; nothing was changed.</exception>
    /// <exception cref="ConcurrencyConflictException">An entity it wrote was meanwhile revoked or removed by another.</exception>
    /// <exception cref="InvalidOperationException">It is being written to at the same time.</exception>
    public void BeginCommit()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _ = Directory.Queue.BeginCommit(this);
    }

    /// <summary>Discards what was not committed.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Directory.Queue.Discard(this);
        if (_isAmbient)
        {
            Ambient.Value = _outer;
        }
    }

    // The members below are called under the lock of the commit queue.

    internal void NoteRead(CommitQueue queue)
    {
        ReadUndoneState |= queue.WasUndone(ReadTicket);
        ReadTicket = queue.LastTicket;
    }

    internal void NoteCommit(long ticket) => ReadTicket = ticket;

    internal bool TryGetWrite(CollectionState state, string id, [NotNullWhen(true)] out PendingWrite? write)
        => _writes.TryGetValue((state, id), out write);

    internal bool WritesTo(CollectionState state)
    {
        foreach (var write in _order)
        {
            if (write.State == state)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What this unit of work sees under an identifier.</summary>
    internal Entity? See(CollectionState state, string id)
        => _writes.TryGetValue((state, id), out var write) ? write.Value : state.Get(id);

    /// <summary>Whether a pending write of this unit of work takes an entity away from the keys that the test stands for.</summary>
    internal bool Replaces(CollectionState state, string id, Func<Entity, bool> stillMatches)
        => _writes.TryGetValue((state, id), out var write) && (write.Value is null || !stillMatches(write.Value));

    internal bool Writes(CollectionState state, string id, Func<Entity, bool> matches)
        => _writes.TryGetValue((state, id), out var write) && write.Value is { } value && matches(value);

    internal void Write(CollectionState state, string id, Entity? value, Action<Entity>? change, bool forced)
    {
        if (value is not null)
        {
            state.Probe(value);
        }

        Changes++;
        if (!_writes.TryGetValue((state, id), out var write))
        {
            write = new PendingWrite(state, id, state.Get(id));
            _writes.Add((state, id), write);
            _order.Add(write);
        }

        write.Set(value, change, forced);
        if (!forced)
        {
            state.Writers[id] = this;
        }
    }

    internal void Clear()
    {
        foreach (var write in _order)
        {
            if (write.State.Writers.TryGetValue(write.Id, out var writer) && writer == this)
            {
                write.State.Writers.Remove(write.Id);
            }
        }

        foreach (var (state, index, key) in Reserved)
        {
            if (state.ReservedKeys.TryGetValue((index, key), out var holder) && holder.Unit == this)
            {
                state.ReservedKeys.Remove((index, key));
            }
        }

        _writes.Clear();
        _order.Clear();
        Reserved.Clear();
    }
}
