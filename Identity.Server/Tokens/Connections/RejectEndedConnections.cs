using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Connections;

/// <summary>
/// Contains the logic responsible for rejecting refresh tokens whose connection has reached its lifetime, which may have been
/// made shorter since the token was issued.
/// </summary>
internal sealed class RejectEndedConnections(IOpenIddictAuthorizationManager authorizations, IOptions<TokenOptions> options)
    : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the authorization is known to be valid.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireAuthorizationIdResolved>()
            .UseScopedHandler<RejectEndedConnections>()
            .SetOrder(ValidateAuthorizationEntry.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.Principal!.HasTokenType(TokenTypeIdentifiers.RefreshToken)
            && await ConnectionEnd.FindAsync(authorizations, context.AuthorizationId!, options.Value, context.CancellationToken)
                <= context.Options.TimeProvider.GetUtcNow())
        {
            context.Reject(Errors.InvalidToken, "The connection to which the token belongs has reached its longest duration; authorize again.");
        }
    }
}
