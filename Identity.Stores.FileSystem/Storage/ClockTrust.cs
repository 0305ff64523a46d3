namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Whether the clock may be believed when it says that something has expired. One that is far from the newest record, or that jumps while
/// the directory is open, hides entries; it erases none before the process has run for as long as the tolerance without another jump.
/// </summary>
/// <remarks>A jump is what the clock has moved beyond what <see cref="TimeProvider.GetTimestamp"/> has.</remarks>
internal sealed class ClockTrust
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _tolerance;
    private readonly Lock _lock = new();
    private DateTimeOffset _origin;
    private long _started;
    private bool _isProbation;

    /// <summary>Begins to watch the clock.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="tolerance">By how much it may be wrong.</param>
    /// <param name="newest">The time of the newest record.</param>
    public ClockTrust(TimeProvider time, TimeSpan tolerance, DateTimeOffset newest)
    {
        (_time, _tolerance) = (time, tolerance);
        Begin(newest);
    }

    public bool IsTrusted
    {
        get
        {
            lock (_lock)
            {
                var elapsed = _time.GetElapsedTime(_started);
                if (IsFar(_time.GetUtcNow(), _origin + elapsed))
                {
                    Begin(_origin + elapsed);
                }
                else if (elapsed > _tolerance)
                {
                    _isProbation = false;
                }

                return !_isProbation;
            }
        }
    }

    private void Begin(DateTimeOffset expected)
    {
        (_origin, _started) = (_time.GetUtcNow(), _time.GetTimestamp());
        _isProbation = IsFar(_origin, expected);
    }

    private bool IsFar(DateTimeOffset now, DateTimeOffset expected) => (now - expected).Duration() > _tolerance;
}
