using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Introspection;

namespace Identity.Server.Tokens.Inspection;

/// <summary>
/// Contains the logic responsible for telling nothing about a token, not even that there is one, to whom it does not concern. OpenIddict
/// compares the token's audience, which is the URI of a resource, with the identifier of the client.
/// </summary>
internal sealed class RejectStrangers(IntrospectionRights rights) : IOpenIddictServerHandler<ValidateIntrospectionRequestContext>
{
    /// <summary>Gets the descriptor of the handler, which stands where OpenIddict's own stood.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateIntrospectionRequestContext>()
            .UseScopedHandler<RejectStrangers>()
            .SetOrder(ValidateTokenType.Descriptor.Order + 1_000)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ValidateIntrospectionRequestContext context)
    {
        if (context.ClientId is not { Length: > 0 } client
            || !await rights.CanInspectAsync(client, context.GenericTokenPrincipal!, context.CancellationToken))
        {
            // The response says active: false.
            context.Reject(Errors.InvalidToken, "The token is of no concern to the client.");
        }
    }
}
