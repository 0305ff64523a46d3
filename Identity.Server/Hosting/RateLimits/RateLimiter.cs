namespace Identity.Server.Hosting.RateLimits;

/// <summary>
/// Admits so many in a minute for each address, and so many over all. Who is refused by either takes nothing of the other, and only who
/// was admitted is remembered: however many addresses ask, no more of them are kept than are admitted over all in two minutes.
/// </summary>
internal sealed class RateLimiter(int perAddress, int overAll, NetworkShares shares, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<string, RateBucket> _addresses = new(StringComparer.Ordinal);
    private RateBucket _overAll;

    /// <summary>Whether anybody is refused at all.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>How many addresses are remembered at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _addresses.Count;
            }
        }
    }

    /// <summary>Admits a request or answers it with 429 and when to try again.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Whether it may go on.</returns>
    public async ValueTask<bool> AdmitAsync(HttpContext context)
    {
        if (TryAdmit(context, out var seconds))
        {
            return true;
        }

        await ErrorResponse.WriteAsync(
            context, StatusCodes.Status429TooManyRequests, "too_many_requests", $"Too many requests of this kind. Try again in {seconds} seconds.");
        return false;
    }

    /// <summary>Admits a request, or says in its response when to try again and leaves the rest of the answer to the caller.</summary>
    /// <param name="context">The request.</param>
    /// <param name="seconds">How long it has to wait.</param>
    /// <returns>Whether it may go on.</returns>
    public bool TryAdmit(HttpContext context, out long seconds)
    {
        ArgumentNullException.ThrowIfNull(context);
        seconds = 0;
        if (!IsEnabled || TryTake(context.Connection.RemoteIpAddress) is not { } wait)
        {
            return true;
        }

        seconds = (long)Math.Ceiling(wait.TotalSeconds);
        context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return false;
    }

    /// <summary>Takes one of what an address may do.</summary>
    /// <param name="address">The address, after proxies that count.</param>
    /// <returns>How long it has to wait; null when it was admitted.</returns>
    public TimeSpan? TryTake(System.Net.IPAddress? address)
    {
        var (key, share) = shares.Find(address);
        var allowed = perAddress * share;
        var now = time.GetElapsedTime(_start);
        lock (_lock)
        {
            var bucket = _addresses.GetValueOrDefault(key);
            var wait = bucket.WaitFor(now, allowed);
            var waitOverAll = _overAll.WaitFor(now, overAll);
            if (wait > TimeSpan.Zero || waitOverAll > TimeSpan.Zero)
            {
                return wait > waitOverAll ? wait : waitOverAll;
            }

            _overAll = _overAll.Take(now, overAll);
            _addresses[key] = bucket.Take(now, allowed);
            if (_addresses.Count > 2 * overAll)
            {
                Forget(now);
            }

            return null;
        }
    }

    // Each that is not full was admitted within the last minute, in which no more than twice what is allowed can be.
    private void Forget(TimeSpan now)
    {
        foreach (var (key, bucket) in _addresses)
        {
            if (bucket.IsFull(now))
            {
                _addresses.Remove(key);
            }
        }
    }
}
