namespace Identity.Stores.FileSystem.Storage;

/// <summary>The identifiers under each key of an index.</summary>
internal abstract class IndexState<T>
    where T : Entity
{
    public static IndexState<T> Create(CollectionIndex<T> index)
        => index is { IsUnique: true, SingleKey: not null } ? new UniqueIndexState<T>(index) : new GroupedIndexState<T>(index);

    /// <summary>The identifiers, in no order.</summary>
    public abstract IReadOnlyCollection<string> Ids(string key);

    /// <summary>The identifier under a key that has at most one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="id">The identifier; null where there is none.</param>
    /// <returns>False where there may be more.</returns>
    public abstract bool TryGetOnly(string key, out string? id);

    /// <summary>Takes an entity from under its keys, or puts one there, or another in its place.</summary>
    public abstract void Replace(string id, T? previous, T? next);

    /// <summary>Makes room for entities that will come, or lets go of room that those who left had.</summary>
    /// <param name="entities">How many there will be.</param>
    public abstract void Resize(int entities);
}
