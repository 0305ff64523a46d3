using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Refresh;

/// <summary>Contains the logic responsible for naming in a refresh token the one it follows.</summary>
internal sealed class AttachPredecessor : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the refresh token's principal is prepared.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireRefreshTokenGenerated>()
            .UseSingletonHandler<AttachPredecessor>()
            .SetOrder(PrepareRefreshTokenPrincipal.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        context.RefreshTokenPrincipal!.SetClaim(RefreshTokenChain.PredecessorClaim, RefreshTokenChain.GetPresented(context)?.GetTokenId());
        return ValueTask.CompletedTask;
    }
}
