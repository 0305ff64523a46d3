using System.Threading.RateLimiting;

namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>How often strangers can make this server fetch something, and how much of that goes on at once.</summary>
internal sealed class FetchLimits(IConfiguration configuration) : IDisposable
{
    /// <summary>How many fetches an address or network may cause in a minute.</summary>
    public const int PerAsker = 30;

    /// <summary>How many fetches from one host there may be in a minute, whoever caused them.</summary>
    public const int PerHost = 60;

    private const int AtOnce = 32;

    private readonly PartitionedRateLimiter<string> _askers = Create(configuration, PerAsker);
    private readonly PartitionedRateLimiter<string> _hosts = Create(configuration, PerHost);
    private readonly ConcurrencyLimiter _all = new(new ConcurrencyLimiterOptions { PermitLimit = AtOnce });

    /// <summary>Asks whether a fetch may begin.</summary>
    /// <param name="asker">On whose behalf; null for a client without an address.</param>
    /// <param name="host">From where.</param>
    /// <returns>A lease that the fetch holds while it lasts, or null.</returns>
    public RateLimitLease? TryBegin(string? asker, string host)
    {
        // The asker first: who is over the limit must not use up that of a host.
        using var byAsker = _askers.AttemptAcquire(asker ?? "");
        if (!byAsker.IsAcquired)
        {
            return null;
        }

        using var byHost = _hosts.AttemptAcquire(host);
        if (!byHost.IsAcquired)
        {
            return null;
        }

        var lease = _all.AttemptAcquire();
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _askers.Dispose();
        _hosts.Dispose();
        _all.Dispose();
    }

    private static PartitionedRateLimiter<string> Create(IConfiguration configuration, int permits)
    {
        // Rates alone can be switched off; what goes on at once bounds memory.
        var enabled = configuration.GetValue("Identity:RateLimits:Enabled", defaultValue: true);
        return PartitionedRateLimiter.Create<string, string>(key => enabled
            ? RateLimitPartition.GetFixedWindowLimiter(key, _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = TimeSpan.FromMinutes(1) })
            : RateLimitPartition.GetNoLimiter(key));
    }
}
