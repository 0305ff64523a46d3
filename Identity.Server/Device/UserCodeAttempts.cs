namespace Identity.Server.Device;

/// <summary>
/// Limits attempts at user codes (RFC 8628, section 5.1), of each address and of all together, whatever else is switched off. A code has
/// 34 bits, and lives for ten minutes.
/// </summary>
/// <remarks>An attempt counts from its beginning, so that many at once are not let through; it is forgiven when the code was right.</remarks>
internal sealed class UserCodeAttempts(TimeProvider time)
{
    internal const int MaximumPerOrigin = 10;
    internal const int Maximum = 200;

    internal static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly LinkedList<Attempt> _attempts = new();

    /// <summary>Begins an attempt.</summary>
    /// <param name="origin">From where; null where nothing is known.</param>
    /// <returns>The attempt; null where there were too many.</returns>
    public Attempt? Begin(string? origin)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            while (_attempts.First is { } oldest && oldest.Value.Time <= now - Window)
            {
                _attempts.RemoveFirst();
            }

            if (_attempts.Count >= Maximum || _attempts.Count(attempt => attempt.Origin == origin) >= MaximumPerOrigin)
            {
                return null;
            }

            var attempt = new Attempt(origin, now);
            _attempts.AddLast(attempt);
            return attempt;
        }
    }

    /// <summary>Forgives an attempt at a code that there is.</summary>
    /// <param name="attempt">The attempt.</param>
    public void Forgive(Attempt attempt)
    {
        lock (_gate)
        {
            _attempts.Remove(attempt);
        }
    }

    /// <summary>An attempt; equal to no other one.</summary>
    internal sealed class Attempt(string? origin, DateTimeOffset time)
    {
        public string? Origin { get; } = origin;

        public DateTimeOffset Time { get; } = time;
    }
}
