namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// The loading of a file into a collection that nobody uses yet. What the entities are found by goes in while others are being read; indexes
/// with many entities under a key are made at the end, when it is known how many.
/// </summary>
internal abstract class CollectionLoad
{
    /// <summary>Makes room for what will be put in.</summary>
    public abstract void MakeRoom();

    /// <summary>Reads an entry. Threads may read different ones at a time.</summary>
    /// <param name="place">Its place in the file.</param>
    /// <param name="json">The entry.</param>
    /// <returns>The entity.</returns>
    public abstract Entity Read(int place, ReadOnlySpan<byte> json);

    /// <summary>Puts in entities that were read.</summary>
    /// <param name="from">The place of the first.</param>
    /// <param name="count">How many.</param>
    /// <returns>The place of the first whose identifier is there already, or -1.</returns>
    public abstract int Add(int from, int count);

    /// <summary>Makes what is left to be made, once all were put in.</summary>
    public abstract void Complete();
}

internal sealed class CollectionLoad<T>(CollectionDefinition<T> definition, Dictionary<string, T> entities, IReadOnlyDictionary<CollectionIndex<T>, IndexState<T>> indexes, int total)
    : CollectionLoad
    where T : Entity
{
    // Fewer are there sooner than other threads have begun to help.
    private const int CompletedAtOnce = 2_048;

    private readonly T[] _loaded = new T[total];

    // Beside the entities, so that an index is filled without a look at each of them.
    private readonly string[] _ids = new string[total];
    private readonly IndexState<T>[] _direct = [.. indexes.Values.Where(state => state is not GroupedIndexState<T> { HasSingleKey: true })];
    private readonly LoadedIndex[] _grouped = [.. definition.Indexes.Where(index => indexes[index] is GroupedIndexState<T> { HasSingleKey: true }).Select(index => new LoadedIndex(index, total))];

    public override void MakeRoom()
    {
        entities.EnsureCapacity(total);
        foreach (var index in _direct)
        {
            index.Resize(total);
        }
    }

    public override Entity Read(int place, ReadOnlySpan<byte> json)
    {
        var keys = new EntryKeys(_grouped, place);
        if (definition.TryRead?.Invoke(json, keys) is not { } entity)
        {
            keys.Clear();
            entity = definition.Deserialize(json);
        }

        foreach (var loaded in _grouped)
        {
            var index = (CollectionIndex<T>)loaded.Index;
            if (loaded.Numbers[place] is 0 && index.SingleKey!(entity) is { Length: > 0 } key)
            {
                loaded.Numbers[place] = loaded.Keys.NumberOf(key, out var shared);
                index.Share?.Invoke(entity, shared);
            }
        }

        _ids[place] = entity.Id;
        return _loaded[place] = entity;
    }

    public override int Add(int from, int count)
    {
        foreach (var index in _direct)
        {
            foreach (var entity in _loaded.AsSpan(from, count))
            {
                index.Replace(entity.Id, null, entity);
            }
        }

        for (var place = from; place < from + count; place++)
        {
            if (!entities.TryAdd(_ids[place], _loaded[place]))
            {
                return place;
            }
        }

        return -1;
    }

    public override void Complete()
    {
        if (total < CompletedAtOnce)
        {
            Array.ForEach(_grouped, Fill);
        }
        else
        {
            Parallel.ForEach(_grouped, Fill);
        }
    }

    private void Fill(LoadedIndex loaded) => ((GroupedIndexState<T>)indexes[(CollectionIndex<T>)loaded.Index]).Fill(loaded, _ids);
}
