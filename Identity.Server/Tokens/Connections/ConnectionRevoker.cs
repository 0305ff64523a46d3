using OpenIddict.Abstractions;

namespace Identity.Server.Tokens.Connections;

/// <summary>Ends connections: the authorization, and with it every token that was ever issued under it, whichever store has it.</summary>
internal sealed partial class ConnectionRevoker(
    IOpenIddictAuthorizationManager authorizations, IOpenIddictTokenManager tokens, ILogger<ConnectionRevoker> logger)
{
    /// <summary>Ends a connection, and no other one of the same user and client.</summary>
    /// <param name="authorizationId">The identifier of its authorization.</param>
    /// <param name="reason">Why, for the log.</param>
    /// <param name="cancellationToken">Ends the waiting for the stores.</param>
    /// <returns>How many tokens were revoked by this call.</returns>
    public async ValueTask<long> RevokeAsync(string authorizationId, string reason, CancellationToken cancellationToken)
    {
        if (await authorizations.FindByIdAsync(authorizationId, cancellationToken) is { } authorization)
        {
            // Note: false says that somebody else is changing the entry at this moment, which only revocation and pruning do.
            await authorizations.TryRevokeAsync(authorization, cancellationToken);
        }

        var count = await tokens.RevokeByAuthorizationIdAsync(authorizationId, cancellationToken);
        LogRevoked(logger, authorizationId, count, reason);
        return count;
    }

    /// <summary>Ends all connections of a user.</summary>
    /// <param name="subject">The user.</param>
    /// <param name="reason">Why, for the log.</param>
    /// <param name="cancellationToken">Ends the waiting for the stores.</param>
    /// <returns>A task that completes when they are ended.</returns>
    public async ValueTask RevokeAllAsync(string subject, string reason, CancellationToken cancellationToken)
    {
        List<string> connections = [];
        await foreach (var authorization in authorizations.FindBySubjectAsync(subject, cancellationToken))
        {
            if (await authorizations.HasStatusAsync(authorization, OpenIddictConstants.Statuses.Valid, cancellationToken))
            {
                connections.Add((await authorizations.GetIdAsync(authorization, cancellationToken))!);
            }
        }

        foreach (var connection in connections)
        {
            await RevokeAsync(connection, reason, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Information,
        Message = "Connection {AuthorizationId} was ended and {Count} of its tokens revoked: {Reason}")]
    private static partial void LogRevoked(ILogger logger, string authorizationId, long count, string reason);
}
