using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Refresh;

/// <summary>
/// Contains the logic responsible for generating the refresh token before the access token, by OpenIddict's own handler: what has to be
/// on disk before the response may leave is then known first, see <see cref="StartCommit"/>.
/// </summary>
internal sealed class IssueRefreshToken(IOpenIddictServerDispatcher dispatcher) : IOpenIddictServerHandler<ProcessSignInContext>
{
    private readonly GenerateRefreshToken _generator = new(dispatcher);

    /// <summary>Gets the descriptor of the handler, which runs once all principals are prepared.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenRequest>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireRefreshTokenGenerated>()
            .UseSingletonHandler<IssueRefreshToken>()
            .SetOrder(GenerateAccessToken.Descriptor.Order - 700)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessSignInContext context) => _generator.HandleAsync(context);
}
