using Identity.Stores.FileSystem.Storage;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Refresh;

/// <summary>
/// Contains the logic responsible for starting to write a refresh token and what goes with it, so that the disk works while the access
/// token is signed. The response waits for both. Where what follows fails, its client presents the same token again and gets the same
/// successor.
/// </summary>
internal sealed class StartCommit : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the refresh token was issued and the one presented redeemed.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenRequest>()
            .UseSingletonHandler<StartCommit>()
            .SetOrder(GenerateAccessToken.Descriptor.Order - 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.RefreshToken is { Length: > 0 })
        {
            context.GenerateRefreshToken = false;
            UnitOfWork.Current?.BeginCommit();
        }

        return ValueTask.CompletedTask;
    }
}
