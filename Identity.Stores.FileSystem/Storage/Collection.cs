namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Entities of one kind. What it hands out are copies: a change counts when it was given to
/// <see cref="UpdateAsync"/>. Inside a <see cref="UnitOfWork"/> writes wait for its commit; outside one, each write is
/// durable when its task has completed.
/// </summary>
/// <typeparam name="T">The entity.</typeparam>
public sealed class Collection<T>
    where T : Entity
{
    private readonly StorageDirectory _directory;
    private readonly CollectionState<T> _state;

    internal Collection(StorageDirectory directory, CollectionState<T> state) => (_directory, _state) = (directory, state);

    /// <summary>How many entities there are.</summary>
    public int Count
    {
        get
        {
            lock (_directory.Queue.Gate)
            {
                EnterRead();
                var count = _state.Count;
                foreach (var write in Overlay())
                {
                    count += (write.Value is null ? 0 : 1) - (_state.Get(write.Id) is null ? 0 : 1);
                }

                return count;
            }
        }
    }

    /// <summary>Finds an entity by its identifier.</summary>
    /// <param name="id">The identifier.</param>
    /// <returns>A copy, or <see langword="null"/> where there is none.</returns>
    public T? Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        T? entity;
        lock (_directory.Queue.Gate)
        {
            entity = (T?)(EnterRead() is { } unit ? unit.See(_state, id) : _state.Get(id));
        }

        return (T?)entity?.Copy();
    }

    /// <summary>Finds the first entity, by identifier, under a key of an index.</summary>
    /// <param name="index">One of the indexes of the collection's definition.</param>
    /// <param name="key">The key, compared ordinally.</param>
    /// <returns>A copy, or <see langword="null"/> where there is none.</returns>
    public T? FindFirst(CollectionIndex<T> index, string key)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(key);
        T? only;
        lock (_directory.Queue.Gate)
        {
            if (EnterRead()?.WritesTo(_state) is true || !_state.Index(index).TryGetOnly(key, out var id))
            {
                return Find(index, key) is [var first, ..] ? first : null;
            }

            only = id is null ? null : _state.Get(id);
        }

        return (T?)only?.Copy();
    }

    /// <summary>Finds the entities under a key of an index.</summary>
    /// <param name="index">One of the indexes of the collection's definition.</param>
    /// <param name="key">The key, compared ordinally.</param>
    /// <returns>Copies, ordered by identifier.</returns>
    public IReadOnlyList<T> Find(CollectionIndex<T> index, string key)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(key);
        List<T> found = [];
        lock (_directory.Queue.Gate)
        {
            var unit = EnterRead();
            foreach (var id in _state.Index(index).Ids(key))
            {
                if (unit is null || !unit.TryGetWrite(_state, id, out _))
                {
                    found.Add(_state.Get(id)!);
                }
            }

            foreach (var write in Overlay())
            {
                if (write.Value is T value && index.Matches(value, key))
                {
                    found.Add(value);
                }
            }
        }

        return Copies(found);
    }

    /// <summary>Whether there is an entity with this identifier.</summary>
    /// <param name="id">The identifier.</param>
    /// <returns>True where <see cref="Find(string)"/> would return one.</returns>
    public bool Contains(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        lock (_directory.Queue.Gate)
        {
            return (EnterRead() is { } unit ? unit.See(_state, id) : _state.Get(id)) is not null;
        }
    }

    /// <summary>Whether there is an entity under a key of an index.</summary>
    /// <param name="index">One of the indexes of the collection's definition.</param>
    /// <param name="key">The key, compared ordinally.</param>
    /// <returns>True where <see cref="FindFirst"/> would return one.</returns>
    public bool Contains(CollectionIndex<T> index, string key)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(key);
        lock (_directory.Queue.Gate)
        {
            var unit = EnterRead();
            return _state.Index(index).Ids(key).Any(id => unit is null || !unit.TryGetWrite(_state, id, out _)) ||
                Overlay().Any(write => write.Value is T value && index.Matches(value, key));
        }
    }

    /// <summary>Lists all entities.</summary>
    /// <returns>Copies, ordered by identifier.</returns>
    public IReadOnlyList<T> List() => List(static _ => true);

    /// <summary>Lists the entities that match.</summary>
    /// <param name="predicate">Sees the kept instance, which it must not change.</param>
    /// <returns>Copies, ordered by identifier.</returns>
    public IReadOnlyList<T> List(Func<T, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);

        // Outside the lock: instances never change, and a caller's predicate may take its time.
        return Copies([.. Visible().Where(predicate)]);
    }

    /// <summary>Finds the identifiers of the entities that match, in no order.</summary>
    internal IEnumerable<string> FindIds(Func<T, bool> predicate) => Visible().Where(predicate).Select(entity => entity.Id);

    /// <summary>Adds an entity.</summary>
    /// <param name="entity">Given an identifier, unless it has one, and a version.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>A task that completes when the entity is durable, or queued in the current unit of work.</returns>
    /// <exception cref="DuplicateKeyException">An entity with that identifier or unique key exists.</exception>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public async ValueTask AddAsync(T entity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        await WriteAsync(unit =>
        {
            var id = string.IsNullOrEmpty(entity.Id) ? Identifier.Create() : entity.Id;
            if (unit.See(_state, id) is not null || IsWrittenByOther(unit, id))
            {
                throw new DuplicateKeyException(_state.Name, "id");
            }

            var added = (T)entity.Copy();
            (added.Id, added.Version) = (id, _directory.Queue.NextVersion());
            _state.ReserveKeys(unit, id, added);
            unit.Write(_state, id, added, change: null, forced: false);
            (entity.Id, entity.Version) = (added.Id, added.Version);
            return 1;
        }, cancellationToken);
    }

    /// <summary>Replaces an entity.</summary>
    /// <param name="entity">Its version must be the one the collection holds; it is given the new one.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>A task that completes when the change is durable, or queued in the current unit of work.</returns>
    /// <exception cref="ConcurrencyConflictException">The entity was changed, removed, or is being written by another.</exception>
    /// <exception cref="DuplicateKeyException">An entity with the same unique key exists.</exception>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public async ValueTask UpdateAsync(T entity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        await WriteAsync(unit =>
        {
            ThrowUnlessCurrent(unit, entity);
            var updated = (T)entity.Copy();
            updated.Version = _directory.Queue.NextVersion();
            _state.ReserveKeys(unit, entity.Id, updated);
            unit.Write(_state, entity.Id, updated, change: null, forced: false);
            entity.Version = updated.Version;
            return 1;
        }, cancellationToken);
    }

    /// <summary>Removes an entity.</summary>
    /// <param name="entity">Its version must be the one the collection holds.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>A task that completes when the change is durable, or queued in the current unit of work.</returns>
    /// <exception cref="ConcurrencyConflictException">The entity was changed, removed, or is being written by another.</exception>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public async ValueTask RemoveAsync(T entity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        await WriteAsync(unit =>
        {
            ThrowUnlessCurrent(unit, entity);
            unit.Write(_state, entity.Id, value: null, change: null, forced: false);
            return 1;
        }, cancellationToken);
    }

    /// <summary>
    /// Changes entities whatever their version: at the commit, the change is applied to what the collection then holds. An
    /// update of the same entity that is under way elsewhere fails.
    /// </summary>
    /// <param name="ids">The identifiers; those that do not exist are passed over.</param>
    /// <param name="change">Applied to a copy, perhaps more than once; must not change members that a unique index uses.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>How many existed.</returns>
    /// <exception cref="StorageException">The change could not be made durable.</exception>
    public ValueTask<int> MutateAsync(IEnumerable<string> ids, Action<T> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(change);
        return WriteAsync(unit =>
        {
            var count = 0;
            foreach (var id in ids)
            {
                if (unit.See(_state, id) is T current)
                {
                    var changed = (T)current.Copy();
                    changed.Version = _directory.Queue.NextVersion();
                    change(changed);
                    unit.Write(_state, id, changed, entity => change((T)entity), forced: true);
                    count++;
                }
            }

            return count;
        }, cancellationToken);
    }

    /// <summary>Removes entities whatever their version.</summary>
    /// <param name="ids">The identifiers; those that do not exist are passed over.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>How many existed.</returns>
    /// <exception cref="StorageException">The change could not be made durable.</exception>
    public ValueTask<int> RemoveAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return WriteAsync(unit =>
        {
            var count = 0;
            foreach (var id in ids)
            {
                if (unit.See(_state, id) is not null)
                {
                    unit.Write(_state, id, value: null, change: null, forced: true);
                    count++;
                }
            }

            return count;
        }, cancellationToken);
    }

    private UnitOfWork? EnterRead()
    {
        if (_directory.CurrentUnitOfWork is not { } unit)
        {
            return null;
        }

        unit.NoteRead(_directory.Queue);
        return unit;
    }

    /// <summary>All entities that the caller sees, the kept instances themselves.</summary>
    private T[] Visible()
    {
        lock (_directory.Queue.Gate)
        {
            var unit = EnterRead();
            var pending = Overlay().Count is 0 ? null : unit;
            return pending is null
                ? [.. _state.Entities]
                : [
                    .. _state.Entities.Where(entity => !pending.TryGetWrite(_state, entity.Id, out _)),
                    .. Overlay().Select(write => write.Value).OfType<T>(),
                ];
        }
    }

    private IReadOnlyList<PendingWrite> Overlay()
        => _directory.CurrentUnitOfWork is { PendingWrites: { Count: > 0 } writes } ? [.. writes.Where(write => write.State == _state)] : [];

    private async ValueTask<int> WriteAsync(Func<UnitOfWork, int> write, CancellationToken cancellationToken)
    {
        if (_directory.CurrentUnitOfWork is { } current)
        {
            return Write(current);
        }

        using var unit = new UnitOfWork(_directory, origin: null, ambient: false);
        var result = Write(unit);
        await _directory.Queue.CommitAsync(unit, cancellationToken);
        return result;

        int Write(UnitOfWork unit)
        {
            lock (_directory.Queue.Gate)
            {
                ObjectDisposedException.ThrowIf(unit.IsDisposed, unit);
                unit.NoteRead(_directory.Queue);
                return write(unit);
            }
        }
    }

    private void ThrowUnlessCurrent(UnitOfWork unit, T entity)
    {
        if (unit.See(_state, entity.Id) is not { } current || current.Version != entity.Version || IsWrittenByOther(unit, entity.Id))
        {
            throw new ConcurrencyConflictException(_state.Name, entity.Id);
        }
    }

    private bool IsWrittenByOther(UnitOfWork unit, string id) => _state.Writers.TryGetValue(id, out var writer) && writer != unit;

    private static T[] Copies(List<T> found)
    {
        if (found.Count > 1)
        {
            found.Sort(static (left, right) => string.CompareOrdinal(left.Id, right.Id));
        }

        var copies = new T[found.Count];
        for (var index = 0; index < copies.Length; index++)
        {
            copies[index] = (T)found[index].Copy();
        }

        return copies;
    }
}
