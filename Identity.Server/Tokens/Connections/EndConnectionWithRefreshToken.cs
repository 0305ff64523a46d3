using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Revocation;

namespace Identity.Server.Tokens.Connections;

/// <summary>
/// Contains the logic responsible for ending the whole connection when one of its refresh tokens is revoked (RFC 7009,
/// section 2.1); an access token is revoked alone.
/// </summary>
internal sealed class EndConnectionWithRefreshToken(ConnectionRevoker connections) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    /// <summary>Gets the descriptor of the handler, which runs after the token itself was revoked.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<HandleRevocationRequestContext>()
            .UseSingletonHandler<EndConnectionWithRefreshToken>()
            .SetOrder(RevokeToken.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        if (context.GenericTokenPrincipal!.HasTokenType(TokenTypeIdentifiers.RefreshToken)
            && context.GenericTokenPrincipal!.GetAuthorizationId() is { Length: > 0 } authorization)
        {
            await connections.RevokeAsync(authorization, ConnectionEnding.RevokedByClient, context.CancellationToken);
        }
    }
}
