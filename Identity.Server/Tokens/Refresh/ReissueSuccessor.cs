using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Refresh;

/// <summary>
/// Contains the logic responsible for answering a redeemed refresh token, whose successor was not used yet, with that same successor:
/// whoever presents it either never got the answer or asked twice at once. The successor's expiration slides as if it were new.
/// </summary>
internal sealed partial class ReissueSuccessor(
    IOpenIddictTokenManager tokens, IOpenIddictServerDispatcher dispatcher, ILogger<ReissueSuccessor> logger) : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs before a refresh token would be generated.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireRefreshTokenGenerated>()
            .UseSingletonHandler<ReissueSuccessor>()
            .SetOrder(GenerateAccessToken.Descriptor.Order - 800)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (RefreshTokenChain.GetPresented(context)?.GetTokenId() is not { Length: > 0 } id
            || await tokens.FindByIdAsync(id, context.CancellationToken) is not { } presented
            || !await RefreshTokenChain.IsRedeemedAsync(tokens, presented, context.CancellationToken))
        {
            return;
        }

        var kept = RefreshTokenChain.GetSuccessor(await tokens.GetPropertiesAsync(presented, context.CancellationToken));
        var value = kept is null ? null : SuccessorProtector.Unprotect(kept, context.Request.RefreshToken!);
        if (value is null
            || await tokens.FindByReferenceIdAsync(value, context.CancellationToken) is not { } successor
            || !await tokens.HasStatusAsync(successor, Statuses.Valid, context.CancellationToken))
        {
            LogSuccessorLost(logger, await tokens.GetIdAsync(presented, context.CancellationToken));
            context.Reject(Errors.InvalidGrant, "The refresh token was used before, and the one issued for it is no longer there; authorize again.");
            return;
        }

        var principal = context.RefreshTokenPrincipal!;
        principal.SetTokenId(await tokens.GetIdAsync(successor, context.CancellationToken));
        if (await ProtectAsync(context) is not { } payload)
        {
            return;
        }

        var descriptor = new OpenIddictTokenDescriptor();
        await tokens.PopulateAsync(descriptor, successor, context.CancellationToken);
        descriptor.ExpirationDate = principal.GetExpirationDate();
        descriptor.Payload = payload;
        await tokens.UpdateAsync(successor, descriptor, context.CancellationToken);

        context.RefreshToken = value;
        context.GenerateRefreshToken = false;
    }

    private async ValueTask<string?> ProtectAsync(ProcessSignInContext context)
    {
        // Note: the entry exists already; only its payload is made anew.
        var notification = new GenerateTokenContext(context.Transaction)
        {
            ClientId = context.ClientId,
            CreateTokenEntry = false,
            // Part of what the payload is protected for, though the reference itself stays as it is.
            IsReferenceToken = true,
            PersistTokenPayload = false,
            Principal = context.RefreshTokenPrincipal!,
            TokenFormat = TokenFormats.Private.JsonWebToken,
            TokenType = TokenTypeIdentifiers.RefreshToken,
        };

        await dispatcher.DispatchAsync(notification);
        if (notification.IsRejected)
        {
            context.Reject(notification.Error ?? Errors.ServerError, notification.ErrorDescription, notification.ErrorUri);
            return null;
        }

        return notification.Token ?? throw new InvalidOperationException("No payload was generated for the refresh token.");
    }

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning,
        Message = "The successor of the redeemed refresh token {TokenId} cannot be found or read; its connection cannot be continued with it.")]
    private static partial void LogSuccessorLost(ILogger logger, string? tokenId);
}
