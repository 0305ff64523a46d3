using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Connections;

/// <summary>
/// Contains the logic responsible for rejecting refresh tokens whose connection has reached its end, which may have been
/// made shorter since the token was issued, and all tokens of one that its user has paused: they work again afterwards.
/// </summary>
internal sealed class RejectEndedConnections(
    ConnectionRecords records, IOpenIddictAuthorizationManager authorizations, IOptions<TokenOptions> options)
    : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the authorization is known to be valid.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireAuthorizationIdResolved>()
            .UseSingletonHandler<RejectEndedConnections>()
            .SetOrder(ValidateAuthorizationEntry.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        var id = context.AuthorizationId!;
        var record = records.Find(id);
        if (context.Principal!.HasTokenType(TokenTypeIdentifiers.RefreshToken)
            && await ConnectionEnd.FindAsync(record, authorizations, id, options.Value, context.CancellationToken)
                <= context.Options.TimeProvider.GetUtcNow())
        {
            context.Reject(Errors.InvalidToken, "The connection to which the token belongs has reached its longest duration; authorize again.");
        }
        else if (record is { IsPaused: true } && context.EndpointType is not OpenIddictServerEndpointType.Revocation)
        {
            context.Reject(Errors.InvalidToken, "The user has paused the connection to which the token belongs; it can go on when they resume it.");
        }
    }
}
