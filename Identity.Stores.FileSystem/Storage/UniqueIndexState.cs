namespace Identity.Stores.FileSystem.Storage;

/// <summary>An index that has one entity under a key: the entities themselves are all that it keeps.</summary>
internal sealed class UniqueIndexState<T> : IndexState<T>
    where T : Entity
{
    private readonly CollectionIndex<T> _index;
    private readonly HashSet<T> _entities;
    private readonly HashSet<T>.AlternateLookup<string> _byKey;

    // Two under a key: for as long as one change of a unit of work is applied and another not yet, or in files that are damaged.
    private readonly List<T> _further = [];

    public UniqueIndexState(CollectionIndex<T> index)
    {
        _index = index;
        _entities = new HashSet<T>(new KeyComparer(index));
        _byKey = _entities.GetAlternateLookup<string>();
    }

    public override IReadOnlyCollection<string> Ids(string key)
    {
        if (!_byKey.TryGetValue(key, out var entity))
        {
            return [];
        }

        return _further.Count is 0 ? [entity.Id] : [entity.Id, .. _further.Where(other => _index.Matches(other, key)).Select(other => other.Id)];
    }

    public override bool TryGetOnly(string key, out string? id)
    {
        id = _byKey.TryGetValue(key, out var entity) ? entity.Id : null;
        return _further.Count is 0;
    }

    public override void Replace(string id, T? previous, T? next)
    {
        if (previous is not null && _index.KeyHash(previous) is not null)
        {
            Remove(previous);
        }

        if (next is not null && _index.KeyHash(next) is not null && !_entities.Add(next))
        {
            _further.Add(next);
        }
    }

    public override void Resize(int entities)
    {
        if (entities > _entities.Count)
        {
            _entities.EnsureCapacity(entities);
        }
        else
        {
            _entities.TrimExcess();
        }
    }

    private void Remove(T entity)
    {
        if (_entities.TryGetValue(entity, out var kept) && ReferenceEquals(kept, entity))
        {
            _entities.Remove(entity);
            if (_further.Find(other => _index.SameKeys(other, entity)) is { } other)
            {
                _further.Remove(other);
                _entities.Add(other);
            }
        }
        else
        {
            _further.Remove(entity);
        }
    }

    private sealed class KeyComparer(CollectionIndex<T> index) : IEqualityComparer<T>, IAlternateEqualityComparer<string, T>
    {
        public bool Equals(T? x, T? y) => ReferenceEquals(x, y) || (x is not null && y is not null && index.SameKeys(x, y));

        public bool Equals(string alternate, T other) => index.Matches(other, alternate);

        public int GetHashCode(T obj) => index.KeyHash(obj) ?? 0;

        public int GetHashCode(string alternate) => alternate.GetHashCode(StringComparison.Ordinal);

        public T Create(string alternate) => throw new NotSupportedException();
    }
}
