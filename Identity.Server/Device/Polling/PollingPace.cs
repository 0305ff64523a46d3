namespace Identity.Server.Device.Polling;

/// <summary>How often devices ask whether their user has agreed (RFC 8628, section 3.5), in memory and bounded.</summary>
internal sealed class PollingPace(TimeProvider time)
{
    /// <summary>How long a code may be entered.</summary>
    public static readonly TimeSpan UserCodeLifetime = TimeSpan.FromMinutes(10);

    /// <summary>How long a device waits between two questions, unless it was told to slow down.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    internal const int MaximumEntries = 10_000;

    // A network is not a clock: what was sent five seconds apart may arrive a little closer.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byLastUse = new();

    /// <summary>Notes that a device asks.</summary>
    /// <param name="code">The identifier of its code.</param>
    /// <returns>Whether it asked too early; from now on it has to wait five seconds longer each time.</returns>
    public bool IsTooFast(string code)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var (isTooFast, interval) = (false, Interval);
            if (_entries.Remove(code, out var node))
            {
                isTooFast = now - node.Value.LastAsked < node.Value.Interval - Tolerance;
                interval = isTooFast ? node.Value.Interval + Interval : node.Value.Interval;
                _byLastUse.Remove(node);
            }

            while (_byLastUse.First is { } oldest && (_entries.Count >= MaximumEntries || oldest.Value.LastAsked < now - UserCodeLifetime))
            {
                _entries.Remove(oldest.Value.Code);
                _byLastUse.RemoveFirst();
            }

            _entries[code] = _byLastUse.AddLast(new Entry(code, now, interval));
            return isTooFast;
        }
    }

    private sealed record Entry(string Code, DateTimeOffset LastAsked, TimeSpan Interval);
}
