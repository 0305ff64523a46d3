using Identity.Server.Resources;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Exchange;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for rejecting token requests for resources that the authorization was not given for (RFC 8707,
/// section 2.2), which OpenIddict does not compare, and those that leave open which one is meant.
/// </summary>
internal sealed class RejectForeignResources(ResourceCatalog catalog) : IOpenIddictServerHandler<ValidateTokenRequestContext>
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
        if ((context.AuthorizationCodePrincipal ?? context.DeviceCodePrincipal ?? context.RefreshTokenPrincipal) is { } principal
            && catalog.SelectAudience(principal.GetResources(), context.Request.GetResources(), (context.Options.Issuer ?? context.BaseUri)!)
                is (null, var problem))
        {
            context.Reject(Errors.InvalidTarget, problem);
        }

        return ValueTask.CompletedTask;
    }
}
