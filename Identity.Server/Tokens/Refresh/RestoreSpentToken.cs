using System.Security.Claims;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Refresh;

/// <summary>
/// Contains the logic responsible for making the principal of a spent refresh token from its entry, which has no payload any more: what
/// is still asked of it is whose it was, and which connection ends when it is presented.
/// </summary>
internal sealed class RestoreSpentToken(IOpenIddictApplicationManager applications, IOpenIddictTokenManager tokens)
    : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the entry was found, before its payload would be read.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenStorageEnabled>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenIdResolved>()
            .UseScopedHandler<RestoreSpentToken>()
            .SetOrder(ValidateReferenceTokenIdentifier.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (!context.IsReferenceToken || context.Token is not RefreshTokenChain.SpentPayload
            || await tokens.FindByIdAsync(context.TokenId!, context.CancellationToken) is not { } token)
        {
            return;
        }

        var principal = new ClaimsPrincipal(new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Claims.Role));
        principal.SetTokenType(TokenTypeIdentifiers.RefreshToken)
            .SetTokenId(context.TokenId)
            .SetClaim(Claims.Subject, await tokens.GetSubjectAsync(token, context.CancellationToken))
            .SetPresenters(await FindClientIdAsync(token, context.CancellationToken) is { } clientId ? [clientId] : []);
        context.Principal = principal;
    }

    private async ValueTask<string?> FindClientIdAsync(object token, CancellationToken cancellationToken)
        => await tokens.GetApplicationIdAsync(token, cancellationToken) is { Length: > 0 } id
            && await applications.FindByIdAsync(id, cancellationToken) is { } application
                ? await applications.GetClientIdAsync(application, cancellationToken)
                : null;
}
