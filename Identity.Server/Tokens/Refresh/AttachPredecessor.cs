using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Refresh;

/// <summary>Contains the logic responsible for naming in a refresh token the one it follows.</summary>
internal sealed class AttachPredecessor(IOpenIddictTokenManager tokens) : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the refresh token's principal is prepared.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireRefreshTokenGenerated>()
            .UseScopedHandler<AttachPredecessor>()
            .SetOrder(PrepareRefreshTokenPrincipal.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        var (token, _) = await RefreshTokenChain.FindPresentedAsync(context, tokens);
        context.RefreshTokenPrincipal!.SetClaim(
            RefreshTokenChain.PredecessorClaim, token is null ? null : await tokens.GetIdAsync(token, context.CancellationToken));
    }
}
