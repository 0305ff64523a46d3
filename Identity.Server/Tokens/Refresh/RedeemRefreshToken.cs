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
/// Note: OpenIddict's own handler redeems refresh tokens too, but takes no notice when that fails.
/// </remarks>
internal sealed class RedeemRefreshToken(IOpenIddictTokenManager tokens) : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the successor was generated.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireRefreshTokenGenerated>()
            .UseScopedHandler<RedeemRefreshToken>()
            .SetOrder(GenerateAccessToken.Descriptor.Order - 600)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (await RefreshTokenChain.FindPresentedAsync(context, tokens) is not ({ } token, { } principal))
        {
            return;
        }

        var descriptor = new OpenIddictTokenDescriptor();
        await tokens.PopulateAsync(descriptor, token, context.CancellationToken);
        descriptor.Status = Statuses.Redeemed;
        descriptor.RedemptionDate = context.Options.TimeProvider.GetUtcNow();
        RefreshTokenChain.SetSuccessor(descriptor, SuccessorProtector.Protect(context.RefreshToken!, context.Request.RefreshToken!));

        try
        {
            await tokens.UpdateAsync(token, descriptor, context.CancellationToken);
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
        if (predecessorId is { Length: > 0 } && await tokens.FindByIdAsync(predecessorId, cancellationToken) is { } predecessor)
        {
            var descriptor = new OpenIddictTokenDescriptor();
            await tokens.PopulateAsync(descriptor, predecessor, cancellationToken);
            if (RefreshTokenChain.Spend(descriptor))
            {
                await tokens.UpdateAsync(predecessor, descriptor, cancellationToken);
            }
        }
    }
}
