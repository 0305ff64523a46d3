namespace Identity.Stores.FileSystem.Storage;

/// <summary>The entries of a bounded collection by owner, oldest first, and which owner holds most.</summary>
internal sealed class OwnerQueues<T>(CollectionBound<T> bound)
    where T : Entity
{
    private readonly Dictionary<string, LinkedList<string>> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinkedListNode<string>> _places = new(StringComparer.Ordinal);

    // Only a bound over all owners asks who holds most.
    private readonly SortedSet<(int Count, string Owner)>? _sizes = bound.MaximumEntries is int.MaxValue
        ? null
        : new SortedSet<(int Count, string Owner)>(Comparer<(int Count, string Owner)>.Create(
            (left, right) => left.Count != right.Count ? left.Count.CompareTo(right.Count) : string.CompareOrdinal(left.Owner, right.Owner)));

    /// <summary>The oldest entry that has to go after one was added.</summary>
    /// <param name="added">The entry that was added last.</param>
    /// <returns>Its identifier, or null while there is room.</returns>
    public string? NextBeyondBound(T added)
    {
        if (bound.Owner(added) is { } owner && _queues.TryGetValue(owner, out var queue) && queue.Count > bound.MaximumEntriesPerOwner)
        {
            return queue.First!.Value;
        }

        return _places.Count > bound.MaximumEntries ? _queues[_sizes!.Max.Owner].First!.Value : null;
    }

    public void Replace(string id, T? previous, T? next)
    {
        var from = previous is null ? null : bound.Owner(previous);
        var to = next is null ? null : bound.Owner(next);
        if (from == to)
        {
            return;
        }

        if (from is not null && _places.Remove(id, out var place))
        {
            var queue = _queues[from];
            _sizes?.Remove((queue.Count, from));
            queue.Remove(place);
            if (queue.Count is 0)
            {
                _queues.Remove(from);
            }
            else
            {
                _sizes?.Add((queue.Count, from));
            }
        }

        if (to is not null)
        {
            if (!_queues.TryGetValue(to, out var queue))
            {
                _queues[to] = queue = new LinkedList<string>();
            }

            _sizes?.Remove((queue.Count, to));
            _places[id] = queue.AddLast(id);
            _sizes?.Add((queue.Count, to));
        }
    }
}
