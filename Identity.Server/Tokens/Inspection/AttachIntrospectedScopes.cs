using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Introspection;

namespace Identity.Server.Tokens.Inspection;

/// <summary>
/// Contains the logic responsible for telling a client the scopes of its own tokens at introspection. OpenIddict tells them to the
/// token's audience only.
/// </summary>
internal sealed class AttachIntrospectedScopes : IOpenIddictServerHandler<HandleIntrospectionRequestContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<HandleIntrospectionRequestContext>()
            .UseSingletonHandler<AttachIntrospectedScopes>()
            .SetOrder(AttachApplicationClaims.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(HandleIntrospectionRequestContext context)
    {
        if (context is { GenericTokenPrincipal: { } principal, Request.ClientId: { Length: > 0 } client } && principal.HasPresenter(client))
        {
            context.Scopes.UnionWith(principal.GetScopes());
        }

        return ValueTask.CompletedTask;
    }
}
