using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// A directory of JSON files and what they hold, in memory: collections, with a journal that makes each
/// <see cref="UnitOfWork"/> durable. One process owns it at a time.
/// </summary>
public sealed partial class StorageDirectory : IAsyncDisposable
{
    private const int DroppedAtOnce = 256;

    private readonly IFileSystem _files;
    private readonly FileSystemStorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, CollectionState> _states;
    private readonly Dictionary<CollectionDefinition, object> _collections = new(ReferenceEqualityComparer.Instance);
    private readonly DirectoryLock _lock;
    private readonly ManifestFile _manifest;
    private readonly JournalWriter _journal;
    private readonly SnapshotWriter _snapshots;
    private readonly SemaphoreSlim _snapshotting = new(1, 1);
    private readonly Lock _writingFile = new();
    private readonly ClockTrust _clock;
    private int _isSnapshotDue;
    private bool _isDisposed;

    private StorageDirectory(
        IFileSystem files, FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time, ILogger logger)
    {
        (_files, _options, _time, _logger) = (files, options, time, logger);
        Path = DirectoryPlace.Resolve(options.Directory);
        var definitions = collections.ToList();
        _states = definitions.ToDictionary(definition => definition.Name, definition => definition.CreateState(), StringComparer.Ordinal);
        DirectoryAccess.Prepare(files, Path, DirectoryFiles.IsKeptBy(definitions));
        _lock = DirectoryLock.Acquire(files, Path, time);
        try
        {
            var loader = new DirectoryLoader(files, Path, _states, options, time, logger);
            _manifest = loader.Load();
            _journal = new JournalWriter(files, Path, _manifest, options.JournalChunk, time) { Length = loader.JournalLength };
            _snapshots = new SnapshotWriter(files, Path, [.. _states.Values.Where(state => state.IsDurable)], _manifest, loader.Stamps, logger);
            Queue = new CommitQueue(_journal, time, RequestSnapshot);
            Queue.Start(loader.Sequence, loader.Version, loader.Newest);
            _clock = loader.Clock!;
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            _lock.Dispose();
            throw new StorageException($"The storage directory '{Path}' cannot be used: {exception.Message.TrimEnd('.')}. Nothing in it is lost: " +
                "give the user that runs the server the rights to all of it, and the disk room, and start again.", exception);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }

        foreach (var definition in definitions)
        {
            _collections.Add(definition, definition.CreateCollection(this, _states[definition.Name]));
        }
    }

    /// <summary>The absolute path of the directory.</summary>
    public string Path { get; }

    /// <summary>False from a write that could not be made durable until one that could.</summary>
    public bool IsWritable => Queue.IsWritable;

    /// <summary>
    /// Whether what has expired by the clock may be erased from disk. False where the clock was ahead of the newest record by more than
    /// <see cref="FileSystemStorageOptions.ExpiryTolerance"/> when the directory was opened, or has jumped ahead by more since; true again once
    /// it has gone on for that long, or was set back. What is in memory only is erased by the clock as it is.
    /// </summary>
    public bool IsClockTrusted => _clock.TrustedNow is not null;

    internal CommitQueue Queue { get; }

    internal UnitOfWork? CurrentUnitOfWork => UnitOfWork.Current is { IsDisposed: false } unit && unit.Directory == this ? unit : null;

    /// <summary>Opens a directory, creating it if it does not exist, and reads it into memory.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="collections">All collections that it may hold.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of what was repaired or set aside.</param>
    /// <returns>The directory, until it is disposed owned by this process.</returns>
    /// <exception cref="StorageException">It is in use, cannot be read or written, or is damaged; nothing was changed.</exception>
    public static StorageDirectory Open(
        FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time, ILogger<StorageDirectory> logger)
        => Open(new PhysicalFileSystem(), options, collections, time, logger);

    internal static StorageDirectory Open(
        IFileSystem files, FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(collections);
        return new(files, options, collections, time, logger);
    }

    /// <summary>Gets a collection.</summary>
    /// <typeparam name="T">The entity.</typeparam>
    /// <param name="definition">The instance with which the directory was opened.</param>
    /// <returns>The collection, the same one at each call.</returns>
    /// <exception cref="ArgumentException">The directory was opened without that definition.</exception>
    public Collection<T> GetCollection<T>(CollectionDefinition<T> definition)
        where T : Entity
    {
        ArgumentNullException.ThrowIfNull(definition);
        return _collections.TryGetValue(definition, out var collection)
            ? (Collection<T>)collection
            : throw new ArgumentException($"The directory was opened without the collection '{definition.Name}'.", nameof(definition));
    }

    /// <summary>Begins a unit of work, which is <see cref="UnitOfWork.Current"/> until it is disposed.</summary>
    /// <param name="origin">The network address on whose behalf it runs.</param>
    /// <returns>The unit of work.</returns>
    public UnitOfWork BeginUnitOfWork(string? origin = null) => new(this, origin, ambient: true);

    /// <summary>Runs work in the current unit of work, or in one of its own that it commits.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Given to the work, and to the waiting for the disk.</param>
    /// <returns>A task that completes when the work is done and, in a unit of work of its own, durable.</returns>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public async ValueTask ExecuteAsync(Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        await ExecuteAsync(
            async token =>
            {
                await work(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs work in the current unit of work, or in one of its own that it commits.</summary>
    /// <typeparam name="TResult">What the work returns.</typeparam>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Given to the work, and to the waiting for the disk.</param>
    /// <returns>What the work returned, when it is done and, in a unit of work of its own, durable.</returns>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public async ValueTask<TResult> ExecuteAsync<TResult>(
        Func<CancellationToken, ValueTask<TResult>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (CurrentUnitOfWork is not null)
        {
            return await work(cancellationToken).ConfigureAwait(false);
        }

        using var unit = BeginUnitOfWork();
        var result = await work(cancellationToken).ConfigureAwait(false);
        await unit.CommitAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>Folds the journal into the collections' files, which then hold everything up to this moment.</summary>
    /// <param name="cancellationToken">Ends the waiting for one that is under way.</param>
    /// <returns>A task that completes when the files are durable.</returns>
    /// <exception cref="StorageException">They could not be written; the journal still holds everything.</exception>
    public async Task SnapshotAsync(CancellationToken cancellationToken = default)
    {
        await _snapshotting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // One that had to wait may find that the directory is another's by now.
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            await FoldAsync().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _isSnapshotDue, 0);
            _snapshotting.Release();
        }
    }

    private async Task FoldAsync()
    {
        try
        {
            DropExpired();
            IReadOnlyList<long> covered = [];
            var edited = _snapshots.FindEdited();
            // Not the present time: a clock that has jumped must not pass for that of a record.
            var capture = await Queue.CaptureAsync(sequence => new SnapshotCapture(sequence, Queue.LastCommit,
                [.. _states.Values.Where(state => state.IsDurable && (state.ChangedAt > state.SnapshotAt || edited.Contains(state))).Select(state => (state, state.Capture()))]), () =>
            {
                covered = [.. _manifest.Current.Segments];
                _journal.Length = 0;
            }).ConfigureAwait(false);
            if (capture.Collections.Count > 0 || covered.Count > 0 || _snapshots.IsUnfinished || !_manifest.IsAsWritten())
            {
                _snapshots.Write(capture, covered);
            }
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            throw new StorageException($"The files in '{Path}' could not be rewritten: {exception.Message} " +
                "The journal still holds everything; free space on the disk or repair it.", exception);
        }
    }

    /// <summary>Folds the journal into the collections' files and lets go of the directory.</summary>
    /// <returns>A task that completes when another process may open the directory.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        lock (_writingFile)
        {
            _isDisposed = true;
        }

        await Queue.CloseAsync().ConfigureAwait(false);
        await _snapshotting.WaitAsync().ConfigureAwait(false);
        try
        {
            await FoldAsync().ConfigureAwait(false);
        }
        catch (StorageException exception)
        {
            LogNotFolded(_logger, Path, exception);
        }
        finally
        {
            _journal.Dispose();
            _lock.Dispose();

            // Not disposed of: whoever waits is told.
            _snapshotting.Release();
        }
    }

    private void DropExpired()
    {
        if (_clock.TrustedNow is not { } now)
        {
            return;
        }

        foreach (var state in _states.Values)
        {
            Entity[] entities;
            lock (Queue.Gate)
            {
                entities = state.Capture();
            }

            // Looking through them all and removing many takes a while: requests come in between.
            foreach (var expired in state.FindExpired(entities, now).Chunk(DroppedAtOnce))
            {
                lock (Queue.Gate)
                {
                    state.Drop(expired);
                }
            }
        }
    }

    private void RequestSnapshot()
    {
        if (_journal.Length > Math.Max(_options.SnapshotThreshold, _snapshots.TotalLength) && Interlocked.Exchange(ref _isSnapshotDue, 1) is 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static directory => _ = directory.SnapshotInBackgroundAsync(), this, preferLocal: false);
        }
    }

    private async Task SnapshotInBackgroundAsync()
    {
        try
        {
            await SnapshotAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The last one, of the stop, has folded everything.
        }
        catch (Exception exception)
        {
            // Nobody waits for it: whatever it was is told here or nowhere.
            LogNotFolded(_logger, Path, exception);
        }
    }

    [LoggerMessage(EventId = 1005, Level = LogLevel.Error,
        Message = "The journal in '{Path}' could not be folded into the collections' files; it still holds everything and is read at the next start.")]
    private static partial void LogNotFolded(ILogger logger, string path, Exception exception);
}
