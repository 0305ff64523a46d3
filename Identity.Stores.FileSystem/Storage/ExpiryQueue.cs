namespace Identity.Stores.FileSystem.Storage;

/// <summary>Which entry expires next. Entries that were removed or replaced leave their place behind until it comes up.</summary>
internal sealed class ExpiryQueue<T>(Func<T, DateTimeOffset?> expiresAt)
    where T : Entity
{
    private const int Slack = 1_024;

    private readonly PriorityQueue<string, long> _queue = new();

    public void Add(T entity, Dictionary<string, T> entities)
    {
        // Places left behind must not outgrow what is there: entries that are pushed out long before they expire would.
        if (_queue.Count > (2 * entities.Count) + Slack)
        {
            Rebuild(entities);
        }
        else
        {
            Enqueue(entity);
        }
    }

    public string? NextExpired(DateTimeOffset now, Dictionary<string, T> entities)
    {
        while (_queue.TryPeek(out var id, out var ticks) && ticks < now.UtcTicks)
        {
            _queue.Dequeue();
            if (entities.TryGetValue(id, out var entity) && expiresAt(entity) < now)
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>Lets go of the room that entries had that are gone.</summary>
    public void TrimExcess(Dictionary<string, T> entities)
    {
        Rebuild(entities);
        _queue.TrimExcess();
    }

    private void Rebuild(Dictionary<string, T> entities)
    {
        _queue.Clear();
        foreach (var kept in entities.Values)
        {
            Enqueue(kept);
        }
    }

    private void Enqueue(T entity)
    {
        if (expiresAt(entity) is { } time)
        {
            _queue.Enqueue(entity.Id, time.UtcTicks);
        }
    }
}
