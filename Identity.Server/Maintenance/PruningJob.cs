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
        var (removedTokens, removedAuthorizations) = (0L, 0L);
        var shortest = lifetimes.Value.RefreshTokenLifetime;
        Func<Task>[] steps =
        [
            async () => await sessions.PruneAsync(cancellationToken),
            async () => await clients.RemoveAsync(cancellationToken),
            async () => removedTokens = await tokens.PruneAsync(time.GetUtcNow() - (maintenance.Value.MinimumTokenLifespan ?? shortest), cancellationToken),
            async () => removedAuthorizations = await authorizations.PruneAsync(time.GetUtcNow() - (maintenance.Value.MinimumAuthorizationLifespan ?? shortest), cancellationToken),
        ];
        foreach (var step in steps)
        {
            // Each of them looks at the clock, and may take a while.
            if (!directory.IsClockTrusted)
            {
                LogClock(logger, time.GetUtcNow(), shortest);
                break;
            }

            await step();
        }

        LogRemoved(logger, removedTokens, removedAuthorizations);
        return (removedTokens, removedAuthorizations);
    }

    [LoggerMessage(EventId = 2201, Level = LogLevel.Information,
        Message = "Removed {Tokens} tokens that had ended and {Authorizations} authorizations without tokens.")]
    private static partial void LogRemoved(ILogger logger, long tokens, long authorizations);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Warning,
        Message = "What has ended is not removed: the clock, which says {Now:O}, has jumped ahead, or nothing was recorded for longer than {Tolerance} before the " +
            "start. If it is wrong, set it right before the server has run for that long: then what has ended by it is removed. If it is right, nothing needs to be done.")]
    private static partial void LogClock(ILogger logger, DateTimeOffset now, TimeSpan tolerance);
}
