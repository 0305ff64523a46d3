using System.Runtime.InteropServices;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// An index under whose keys there may be many entities. Most have one, which is kept without anything around it, or a few, in an array
/// with little room to spare: a set takes three times as much.
/// </summary>
internal sealed class GroupedIndexState<T> : IndexState<T>
    where T : Entity
{
    // Beyond that an array is slower to search and to copy than a set.
    private const int MaximumArray = 256;

    private readonly CollectionIndex<T> _index;
    private readonly Dictionary<string, object> _idsByKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object>.AlternateLookup<ReadOnlySpan<char>> _keys;

    public GroupedIndexState(CollectionIndex<T> index)
    {
        _index = index;
        _keys = _idsByKey.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public override IReadOnlyCollection<string> Ids(string key) => _idsByKey.GetValueOrDefault(key) switch
    {
        string id => [id],
        string?[] few => new ArraySegment<string>(few!, 0, CountOf(few)),
        HashSet<string> many => many,
        _ => [],
    };

    public override bool TryGetOnly(string key, out string? id)
    {
        var ids = _idsByKey.GetValueOrDefault(key);
        id = ids as string;
        return ids is null or string;
    }

    public override void Replace(string id, T? previous, T? next)
    {
        if (previous is not null && next is not null && _index.SameKeys(previous, next))
        {
            if (_index.SingleKey is { } keyOf && keyOf(previous) is { Length: > 0 } key)
            {
                _index.Share?.Invoke(next, key);
            }

            return;
        }

        if (previous is not null)
        {
            RemoveAll(id, previous);
        }

        if (next is not null)
        {
            AddAll(id, next);
        }
    }

    /// <summary>Whether an entity is under one key at most.</summary>
    public bool HasSingleKey => _index.SingleKey is not null;

    /// <summary>Fills the index, which is empty: each key gets what it needs at once, instead of growing.</summary>
    /// <param name="loaded">The keys that the entities have.</param>
    /// <param name="ids">Their identifiers.</param>
    public void Fill(LoadedIndex loaded, ReadOnlySpan<string> ids)
    {
        var keys = loaded.Keys.Keys;
        var counts = new int[keys.Length];
        foreach (var number in loaded.Numbers)
        {
            if (number > 0)
            {
                counts[number - 1]++;
            }
        }

        var groups = new string[keys.Length][];
        for (var place = 0; place < ids.Length; place++)
        {
            if (loaded.Numbers[place] - 1 is >= 0 and var number)
            {
                var group = groups[number] ??= new string[counts[number]];
                group[^counts[number]--] = ids[place];
            }
        }

        _idsByKey.EnsureCapacity(keys.Length);
        for (var number = 0; number < groups.Length; number++)
        {
            // A key that a reader took, and then gave up, may have none.
            if (groups[number] is { } group)
            {
                _idsByKey.Add(keys[number], group.Length is 1 ? group[0] : group.Length <= MaximumArray ? group : new HashSet<string>(group, StringComparer.Ordinal));
            }
        }
    }

    public override void Resize(int entities)
    {
        // How many keys there will be nobody knows.
        if (entities <= _idsByKey.Count)
        {
            _idsByKey.TrimExcess();
        }
    }

    private void AddAll(string id, T entity)
    {
        if (_index.SingleKey is null)
        {
            foreach (var key in _index.KeysOf(entity).Distinct(StringComparer.Ordinal))
            {
                Add(key, id);
            }
        }
        else if (_index.SingleKey(entity) is { Length: > 0 } key)
        {
            if (!_keys.TryGetValue(key, out var known, out var ids))
            {
                _idsByKey.Add(key, id);
                return;
            }

            // Entities under one key refer to one instance of it.
            _index.Share?.Invoke(entity, known);
            if (!TryAdd(ids, id))
            {
                _idsByKey[known] = Larger(ids, id);
            }
        }
    }

    private void RemoveAll(string id, T entity)
    {
        if (_index.SingleKey is null)
        {
            foreach (var key in _index.KeysOf(entity).Distinct(StringComparer.Ordinal))
            {
                Remove(key, id);
            }
        }
        else if (_index.SingleKey(entity) is { Length: > 0 } key)
        {
            Remove(key, id);
        }
    }

    private void Add(string key, string id)
    {
        ref var ids = ref CollectionsMarshal.GetValueRefOrAddDefault(_idsByKey, key, out var isKnown);
        if (!isKnown)
        {
            ids = id;
        }
        else if (!TryAdd(ids!, id))
        {
            ids = Larger(ids!, id);
        }
    }

    /// <summary>Adds to what has room.</summary>
    private static bool TryAdd(object ids, string id)
    {
        switch (ids)
        {
            case HashSet<string> many:
                many.Add(id);
                return true;
            case string?[] few when CountOf(few) is var count && count < few.Length:
                few[count] = id;
                return true;
            default:
                return false;
        }
    }

    private static object Larger(object ids, string id)
    {
        switch (ids)
        {
            case string[] { Length: < MaximumArray } few:
                var larger = new string?[Math.Min(MaximumArray, few.Length + ((few.Length + 1) / 2))];
                few.CopyTo(larger, 0);
                larger[few.Length] = id;
                return larger;
            case string[] few:
                return new HashSet<string>(few, StringComparer.Ordinal) { id };
            default:
                return (string?[])[(string)ids, id];
        }
    }

    private void Remove(string key, string id)
    {
        switch (_idsByKey.GetValueOrDefault(key))
        {
            case string only when only == id:
                _idsByKey.Remove(key);
                break;
            case string?[] few when PlaceOf(few, id) is >= 0 and var place:
                var last = CountOf(few) - 1;
                (few[place], few[last]) = (few[last], null);
                if (last is 1)
                {
                    _idsByKey[key] = few[0]!;
                }

                break;
            case HashSet<string> many when many.Remove(id) && many.Count <= MaximumArray / 2:
                _idsByKey[key] = many.ToArray();
                break;
        }
    }

    private static int PlaceOf(string?[] few, string id)
    {
        // Nearly always it is the same instance, which is found without a look at the texts.
        for (var place = 0; place < few.Length; place++)
        {
            if (ReferenceEquals(few[place], id))
            {
                return place;
            }
        }

        return Array.IndexOf(few, id);
    }

    /// <summary>How much of an array is in use: the rest is null.</summary>
    private static int CountOf(string?[] few) => Array.IndexOf(few, null) is >= 0 and var count ? count : few.Length;
}
