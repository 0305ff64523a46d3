namespace Identity.Stores.FileSystem.Storage;

/// <summary>What a unit of work will put in the place of an entity.</summary>
internal sealed class PendingWrite(CollectionState state, string id, Entity? replaced)
{
    private List<Action<Entity>>? _changes;

    public CollectionState State => state;

    public string Id => id;

    /// <summary>The instance that the collection held when this was written.</summary>
    public Entity? Replaced { get; private set; } = replaced;

    /// <summary>The new instance, or <see langword="null"/> to remove the entity.</summary>
    public Entity? Value { get; private set; }

    /// <summary>Whether the write holds whatever the collection has by then: a revocation or a pruning, not an update.</summary>
    public bool IsForced { get; private set; } = true;

    public void Set(Entity? value, Action<Entity>? change, bool forced)
    {
        Value = value;
        IsForced &= forced;
        if (change is null)
        {
            _changes = null;
        }
        else
        {
            (_changes ??= []).Add(change);
        }
    }

    /// <summary>Carries a forced write over to the instance that has come into the collection since.</summary>
    public void Rebase(Entity? current, Func<long> nextVersion)
    {
        Replaced = current;
        if (current is null || Value is null)
        {
            Value = null;
            return;
        }

        Value = current.Copy();
        Value.Version = nextVersion();
        foreach (var change in _changes ?? [])
        {
            change(Value);
        }

        state.Probe(Value);
    }
}
