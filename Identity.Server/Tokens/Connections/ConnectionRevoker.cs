using OpenIddict.Abstractions;

namespace Identity.Server.Tokens.Connections;

/// <summary>Ends connections: the authorization, and with it every token that was ever issued under it, whichever store has it.</summary>
internal sealed partial class ConnectionRevoker(
    IOpenIddictAuthorizationManager authorizations, IOpenIddictTokenManager tokens, ConnectionRecords records, ILogger<ConnectionRevoker> logger)
{
    /// <summary>Ends a connection, and no other one of the same user and client.</summary>
    /// <param name="authorizationId">The identifier of its authorization.</param>
    /// <param name="ending">Why: what its user, and the log, will be told.</param>
    /// <param name="cancellationToken">Ends the waiting for the stores.</param>
    /// <returns>How many tokens were revoked by this call.</returns>
    public async ValueTask<long> RevokeAsync(string authorizationId, ConnectionEnding ending, CancellationToken cancellationToken)
    {
        if (await authorizations.FindByIdAsync(authorizationId, cancellationToken) is { } authorization)
        {
            // Note: false says that somebody else is changing the entry at this moment, which only revocation and pruning do.
            await authorizations.TryRevokeAsync(authorization, cancellationToken);
        }

        var count = await tokens.RevokeByAuthorizationIdAsync(authorizationId, cancellationToken);
        await records.EndAsync(authorizationId, ending, cancellationToken);
        LogRevoked(logger, authorizationId, count, ending);
        return count;
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Information,
        Message = "Connection {AuthorizationId} was ended and {Count} of its tokens revoked: {Ending}")]
    private static partial void LogRevoked(ILogger logger, string authorizationId, long count, ConnectionEnding ending);
}
