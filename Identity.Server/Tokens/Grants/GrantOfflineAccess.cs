using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for giving every client that is registered for it a refresh token: most need one, and few know to ask
/// for <c>offline_access</c>. The granted scope says so.
/// </summary>
internal sealed class GrantOfflineAccess(IOpenIddictApplicationManager applications) : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs before OpenIddict decides by the scopes which tokens to generate.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .UseScopedHandler<GrantOfflineAccess>()
            .SetOrder(EvaluateGeneratedTokens.Descriptor.Order - 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        // Note: an authorization request that is only being cached is signed in too, with a principal that stands for nobody.
        if (context.EndpointType is OpenIddictServerEndpointType.Authorization or OpenIddictServerEndpointType.Token
            && context.Principal is { Identity.IsAuthenticated: true } principal
            && !principal.HasScope(Scopes.OfflineAccess)
            && context.ClientId is { Length: > 0 } client
            && await applications.FindByClientIdAsync(client, context.CancellationToken) is { } application
            && await applications.HasPermissionAsync(application, Permissions.GrantTypes.RefreshToken, context.CancellationToken))
        {
            principal.SetScopes(principal.GetScopes().Add(Scopes.OfflineAccess));
        }
    }
}
