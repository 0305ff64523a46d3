namespace Identity.Server.Hosting.RateLimits;

/// <summary>
/// What somebody may still do: a bucket that is full at first, holds what is allowed in a minute, and fills evenly. All that is kept of
/// it is when it will be full again.
/// </summary>
/// <param name="FullAt">The time at which it is full.</param>
internal readonly record struct RateBucket(TimeSpan FullAt)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>Whether it is full, and need not be remembered.</summary>
    /// <param name="now">The present time.</param>
    /// <returns>True for a bucket that is as it was at first.</returns>
    public bool IsFull(TimeSpan now) => FullAt <= now;

    /// <summary>How long until something can be taken.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="perMinute">What is allowed in a minute.</param>
    /// <returns>Zero when it can be taken now.</returns>
    public TimeSpan WaitFor(TimeSpan now, int perMinute)
    {
        var wait = FullAt - now - (Period - (Period / perMinute));
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Takes one.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="perMinute">What is allowed in a minute.</param>
    /// <returns>What is left.</returns>
    public RateBucket Take(TimeSpan now, int perMinute) => new((FullAt > now ? FullAt : now) + (Period / perMinute));
}
