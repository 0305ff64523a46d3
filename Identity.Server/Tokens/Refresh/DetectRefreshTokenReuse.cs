using Identity.Server.Tokens.Connections;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Refresh;

/// <summary>
/// Contains the logic responsible for rejecting refresh tokens that are spent. Where one is presented for a new one, two hold the
/// chain, one of them a thief, and the whole connection ends.
/// </summary>
internal sealed partial class DetectRefreshTokenReuse(
    IOpenIddictTokenManager tokens, ConnectionRevoker connections, ILogger<DetectRefreshTokenReuse> logger) : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>Gets the descriptor of the handler, which runs after OpenIddict has let redeemed refresh tokens pass.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenStorageEnabled>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenIdResolved>()
            .UseSingletonHandler<DetectRefreshTokenReuse>()
            .SetOrder(ValidateTokenEntry.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        // Note: its owner may still end the connection with a spent token.
        if (context.EndpointType is OpenIddictServerEndpointType.Revocation
            || !context.Principal!.HasTokenType(TokenTypeIdentifiers.RefreshToken)
            || await tokens.FindByIdAsync(context.TokenId!, context.CancellationToken) is not { } token
            || !await RefreshTokenChain.IsRedeemedAsync(tokens, token, context.CancellationToken)
            || RefreshTokenChain.GetSuccessor(await tokens.GetPropertiesAsync(token, context.CancellationToken)) is not null)
        {
            return;
        }

        if (context.EndpointType is OpenIddictServerEndpointType.Token && context.AuthorizationId is { Length: > 0 } authorization)
        {
            LogReuse(logger, context.TokenId!, authorization, context.Principal!.GetClaim(Claims.Subject), context.Request?.ClientId);
            await connections.RevokeAsync(authorization, ConnectionEnding.RefreshTokenReused, context.CancellationToken);
        }

        context.Reject(Errors.InvalidToken,
            "The refresh token was used before, and so was the one issued for it. The connection was ended; authorize again.");
    }

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning,
        Message = "Refresh token {TokenId} of connection {AuthorizationId} (subject {Subject}, client {ClientId}) was presented although its successor " +
            "was used already: somebody else has a copy.")]
    private static partial void LogReuse(ILogger logger, string tokenId, string authorizationId, string? subject, string? clientId);
}
