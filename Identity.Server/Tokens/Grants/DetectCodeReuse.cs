using Identity.Server.Tokens.Connections;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for ending the connection whose authorization code is presented again (RFC 6749, section 4.1.2).
/// OpenIddict, which then rejects the code, would revoke the tokens but leave the authorization valid.
/// </summary>
internal sealed partial class DetectCodeReuse(
    IOpenIddictTokenManager tokens, ConnectionRevoker connections, ILogger<DetectCodeReuse> logger) : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>Gets the descriptor of the handler, which runs before OpenIddict rejects redeemed codes.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenRequest>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenStorageEnabled>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenIdResolved>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireAuthorizationIdResolved>()
            .UseSingletonHandler<DetectCodeReuse>()
            .SetOrder(ValidateTokenEntry.Descriptor.Order - 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.Principal!.HasTokenType(TokenTypeIdentifiers.Private.AuthorizationCode)
            && await tokens.FindByIdAsync(context.TokenId!, context.CancellationToken) is { } code
            && await tokens.HasStatusAsync(code, Statuses.Redeemed, context.CancellationToken))
        {
            LogReuse(logger, context.AuthorizationId!, context.Principal!.GetClaim(Claims.Subject), context.Request?.ClientId);
            await connections.RevokeAsync(context.AuthorizationId!, ConnectionEnding.CodeReused, context.CancellationToken);
        }
    }

    [LoggerMessage(EventId = 3004, Level = LogLevel.Warning,
        Message = "The authorization code of connection {AuthorizationId} (subject {Subject}, client {ClientId}) was presented a second time.")]
    private static partial void LogReuse(ILogger logger, string authorizationId, string? subject, string? clientId);
}
