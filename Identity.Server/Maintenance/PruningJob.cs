using Identity.Server.Accounts.Sessions;
using Identity.Server.Registration.Unused;
using Identity.Server.Tokens;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using Quartz;

namespace Identity.Server.Maintenance;

/// <summary>
/// Removes sessions that are over; and then clients that are not used, tokens that can no longer be used, and authorizations that have none
/// left: in this order, since the authorizations tell which clients are used, and only the second makes the third possible. What the latter two mean is
/// OpenIddict's own rule.
/// </summary>
[DisallowConcurrentExecution]
internal sealed partial class PruningJob(
    UnusedClients clients,
    ISessionStore sessions,
    IOpenIddictTokenManager tokens,
    IOpenIddictAuthorizationManager authorizations,
    IOptions<MaintenanceOptions> maintenance,
    IOptions<TokenOptions> lifetimes,
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
}
