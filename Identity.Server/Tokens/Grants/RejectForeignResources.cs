using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Exchange;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for rejecting token requests for resources that the authorization was not given for (RFC 8707,
/// section 2.2), which OpenIddict does not compare.
/// </summary>
internal sealed class RejectForeignResources : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenRequestContext>()
            .UseSingletonHandler<RejectForeignResources>()
            .SetOrder(ValidateGrantedScopes.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if ((context.AuthorizationCodePrincipal ?? context.RefreshTokenPrincipal) is { } principal
            && Resources.Narrow(principal.GetResources(), context.Request.GetResources()) is null)
        {
            context.Reject(Errors.InvalidTarget, "The resource parameter names a resource that the authorization was not given for.");
        }

        return ValueTask.CompletedTask;
    }
}
