namespace Identity.Stores.FileSystem.Storage;

/// <summary>The identifiers under each key of an index. Nearly every key has one, so one is kept without a set around it.</summary>
internal sealed class IndexState<T>(CollectionIndex<T> index)
    where T : Entity
{
    private readonly Dictionary<string, object> _idsByKey = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Ids(string key) => _idsByKey.GetValueOrDefault(key) switch
    {
        string id => [id],
        HashSet<string> ids => ids,
        _ => [],
    };

    public void Replace(string id, T? previous, T? next)
    {
        if (previous is not null && next is not null && index.SameKeys(previous, next))
        {
            return;
        }

        if (previous is not null)
        {
            foreach (var key in index.KeysOf(previous))
            {
                Remove(key, id);
            }
        }

        if (next is not null)
        {
            foreach (var key in index.KeysOf(next))
            {
                Add(key, id);
            }
        }
    }

    private void Add(string key, string id)
    {
        switch (_idsByKey.GetValueOrDefault(key))
        {
            case null:
                _idsByKey[key] = id;
                break;
            case string other when other != id:
                _idsByKey[key] = new HashSet<string>(StringComparer.Ordinal) { other, id };
                break;
            case HashSet<string> ids:
                ids.Add(id);
                break;
        }
    }

    private void Remove(string key, string id)
    {
        switch (_idsByKey.GetValueOrDefault(key))
        {
            case string only when only == id:
                _idsByKey.Remove(key);
                break;
            case HashSet<string> ids when ids.Remove(id) && ids.Count == 1:
                _idsByKey[key] = ids.First();
                break;
        }
    }
}
