namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Which tickets stood for changes that were undone. Only the newest ranges are kept: an older ticket that a request still
/// holds counts as undone, which fails that request and harms nothing else.
/// </summary>
internal sealed class UndoneTickets
{
    private const int MaximumRanges = 1_024;

    private readonly Queue<(long From, long To)> _ranges = new();
    private long _forgottenUpTo;

    public void Add(long from, long to)
    {
        if (from > to)
        {
            return;
        }

        _ranges.Enqueue((from, to));
        if (_ranges.Count > MaximumRanges)
        {
            _forgottenUpTo = _ranges.Dequeue().To;
        }
    }

    public bool Contains(long ticket)
        => ticket > 0 && (ticket <= _forgottenUpTo || (_ranges.Count > 0 && _ranges.Any(range => ticket >= range.From && ticket <= range.To)));
}
