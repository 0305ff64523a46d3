using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Exchange;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for rejecting refreshes that ask for more than was granted (RFC 6749, section 6). OpenIddict calls
/// that an invalid grant, and clients would give up a connection that is none the worse; of scopes that the client is not registered
/// for it says that the request is invalid.
/// </summary>
internal sealed class RejectWidenedScopes : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenRequestContext>()
            .UseSingletonHandler<RejectWidenedScopes>()
            .SetOrder(ValidateScopePermissions.Descriptor.Order - 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if (context.RefreshTokenPrincipal is { } principal && context.Request.GetScopes().Except(principal.GetScopes()).Any())
        {
            context.Reject(Errors.InvalidScope, "The scope parameter names scopes that were not granted; a refresh can only narrow them.");
        }

        return ValueTask.CompletedTask;
    }
}
