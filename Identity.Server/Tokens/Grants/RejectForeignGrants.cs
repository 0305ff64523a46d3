using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for rejecting codes and refresh tokens presented by a client they were not issued to. OpenIddict
/// does so too, but only after it has looked for reuse, whereby a stranger could end a connection.
/// </summary>
internal sealed class RejectForeignGrants : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>Gets the descriptor of the handler, which runs before anything follows from the state of the token's entry.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenRequest>()
            .UseSingletonHandler<RejectForeignGrants>()
            .SetOrder(ValidatePresenters.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (!context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion)
            && context.Principal!.GetPresenters() is { IsDefaultOrEmpty: false } presenters
            && (context.Request?.ClientId is not { Length: > 0 } client || !presenters.Contains(client)))
        {
            context.Reject(Errors.InvalidToken, "The code or token was issued to another client.");
        }

        return ValueTask.CompletedTask;
    }
}
