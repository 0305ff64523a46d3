namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Whether the clock may be believed when it says that something has expired. One that is ahead of the newest record by more than the
/// tolerance, or of where it would be had it only gone on, hides entries; it erases none before it has gone on from there for as long as the
/// tolerance. One that is behind makes nothing expire too early.
/// </summary>
/// <remarks>A clock has only gone on where it moved as <see cref="TimeProvider.GetTimestamp"/> did.</remarks>
internal sealed class ClockTrust
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _tolerance;
    private readonly Lock _lock = new();
    private Mark _trusted;
    private Mark? _probation;

    /// <summary>Begins to watch the clock.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="tolerance">By how much it may be ahead.</param>
    /// <param name="newest">The time of the newest record.</param>
    public ClockTrust(TimeProvider time, TimeSpan tolerance, DateTimeOffset newest)
    {
        (_time, _tolerance) = (time, tolerance);
        var now = new Mark(time.GetUtcNow(), time.GetTimestamp());
        _trusted = now.Clock - newest > tolerance ? now with { Clock = newest } : now;
    }

    /// <summary>The time; null where the clock is not to be believed.</summary>
    public DateTimeOffset? TrustedNow
    {
        get
        {
            lock (_lock)
            {
                var now = new Mark(_time.GetUtcNow(), _time.GetTimestamp());
                if (Ahead(now, _trusted) <= _tolerance)
                {
                    // Set back, it may be set forth again, wrongly.
                    _trusted = Ahead(now, _trusted) < TimeSpan.Zero ? now : _trusted;
                    _probation = null;
                    return now.Clock;
                }

                if (_probation is not { } begun || Ahead(now, begun).Duration() > _tolerance)
                {
                    _probation = now;
                    return null;
                }

                if (_time.GetElapsedTime(begun.Timestamp, now.Timestamp) <= _tolerance)
                {
                    return null;
                }

                (_trusted, _probation) = (now, null);
                return now.Clock;
            }
        }
    }

    /// <summary>By how much the clock is ahead of where it would be, had it only gone on since.</summary>
    private TimeSpan Ahead(Mark now, Mark since) => now.Clock - since.Clock - _time.GetElapsedTime(since.Timestamp, now.Timestamp);

    private readonly record struct Mark(DateTimeOffset Clock, long Timestamp);
}
