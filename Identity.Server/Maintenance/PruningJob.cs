using Identity.Server.Accounts.Sessions;
using Identity.Server.Registration.Unused;
using Identity.Server.Tokens;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using Quartz;

namespace Identity.Server.Maintenance;

/// <summary>
/// Removes sessions that are over; and then clients that are not used, tokens that can no longer be used, and authorizations that have none
/// left: in this order, since the authorizations tell which clients are used, and only the second makes the third possible. What the latter two mean is
/// OpenIddict's own rule. Nothing is removed under a clock that has jumped.
/// </summary>
[DisallowConcurrentExecution]
internal sealed partial class PruningJob(
    UnusedClients clients,
    ISessionStore sessions,
    IOpenIddictTokenManager tokens,
    IOpenIddictAuthorizationManager authorizations,
    IOptions<MaintenanceOptions> maintenance,
    IOptions<TokenOptions> lifetimes,
    StorageDirectory directory,
    TimeProvider time,
    ILogger<PruningJob> logger) : IJob
{
    /// <inheritdoc />
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await RunAsync(cancellationToken);

    /// <summary>Prunes once.</summary>
    /// <param name="cancellationToken">Ends the run; what was removed until then stays removed.</param>
    /// <returns>How many tokens and how many authorizations were removed.</returns>
    public async Task<(long Tokens, long Authorizations)> RunAsync(CancellationToken cancellationToken)
    {
        if (!directory.IsClockTrusted)
        {
            LogClock(logger, time.GetUtcNow(), lifetimes.Value.RefreshTokenLifetime);
            return (0, 0);
        }

        await sessions.PruneAsync(cancellationToken);
        await clients.RemoveAsync(cancellationToken);
        var now = time.GetUtcNow();
        var shortest = lifetimes.Value.RefreshTokenLifetime;
        var removedTokens = await tokens.PruneAsync(now - (maintenance.Value.MinimumTokenLifespan ?? shortest), cancellationToken);
        var removedAuthorizations = await authorizations.PruneAsync(now - (maintenance.Value.MinimumAuthorizationLifespan ?? shortest), cancellationToken);
        LogRemoved(logger, removedTokens, removedAuthorizations);
        return (removedTokens, removedAuthorizations);
    }

    [LoggerMessage(EventId = 2201, Level = LogLevel.Information,
        Message = "Removed {Tokens} tokens that had ended and {Authorizations} authorizations without tokens.")]
    private static partial void LogRemoved(ILogger logger, long tokens, long authorizations);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Warning,
        Message = "Nothing that has ended was removed: the clock, which says {Now:O}, has jumped, or nothing was recorded for longer than {Tolerance} before the " +
            "start. If it is wrong, set it right; if it is right, nothing needs to be done: what has ended is removed once the server has run for that long.")]
    private static partial void LogClock(ILogger logger, DateTimeOffset now, TimeSpan tolerance);
}
