using Identity.Stores.FileSystem.Models;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Abstractions.OpenIddictExceptions;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Refresh;

/// <summary>
/// Contains the logic responsible for redeeming the refresh token that was presented, in the same unit of work that creates its
/// successor, and for making its predecessor a spent one.
/// </summary>
/// <remarks>
/// Note: OpenIddict's own handler redeems refresh tokens too, but takes no notice when that fails. As OpenIddict's manager does where it
/// redeems a token, this goes to the store: nothing is changed that the manager would have to look at first.
/// </remarks>
internal sealed class RedeemRefreshToken(IOpenIddictTokenStore<Token> tokens) : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the successor was generated.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireRefreshTokenGenerated>()
            .UseSingletonHandler<RedeemRefreshToken>()
            .SetOrder(GenerateAccessToken.Descriptor.Order - 600)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (RefreshTokenChain.GetPresented(context) is not { } principal
            || principal.GetTokenId() is not { Length: > 0 } id
            || await tokens.FindByIdAsync(id, context.CancellationToken) is not { } token)
        {
            return;
        }

        var successor = SuccessorProtector.Protect(context.RefreshToken!, context.Request.RefreshToken!);
        var properties = await tokens.GetPropertiesAsync(token, context.CancellationToken);
        await tokens.SetPropertiesAsync(token, RefreshTokenChain.SetSuccessor(properties, successor), context.CancellationToken);
        await tokens.SetRedemptionDateAsync(token, context.Options.TimeProvider.GetUtcNow(), context.CancellationToken);
        await tokens.SetStatusAsync(token, Statuses.Redeemed, context.CancellationToken);

        try
        {
            await tokens.UpdateAsync(token, context.CancellationToken);
            await SpendAsync(principal.GetClaim(RefreshTokenChain.PredecessorClaim), context.CancellationToken);
        }
        catch (ConcurrencyException)
        {
            // Note: refreshes of a connection wait for each other, so that only a revocation or a pruning can have come between.
            context.Reject(Errors.InvalidGrant, "The refresh token was revoked while it was being used; authorize again.");
        }
    }

    private async ValueTask SpendAsync(string? predecessorId, CancellationToken cancellationToken)
    {
        if (predecessorId is not { Length: > 0 } || await tokens.FindByIdAsync(predecessorId, cancellationToken) is not { } predecessor)
        {
            return;
        }

        var properties = await tokens.GetPropertiesAsync(predecessor, cancellationToken);
        var remaining = RefreshTokenChain.RemoveSuccessor(properties);
        if (!ReferenceEquals(remaining, properties))
        {
            await tokens.SetPropertiesAsync(predecessor, remaining, cancellationToken);
            await tokens.SetPayloadAsync(predecessor, RefreshTokenChain.SpentPayload, cancellationToken);
            await tokens.UpdateAsync(predecessor, cancellationToken);
        }
    }
}
