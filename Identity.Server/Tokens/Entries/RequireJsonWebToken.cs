using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Entries;

/// <summary>
/// Lets what describes a JSON Web Token run for those only. OpenIddict makes the description of every token, also of those that are
/// protected otherwise and never need it.
/// </summary>
internal sealed class RequireJsonWebToken : IOpenIddictServerHandlerFilter<GenerateTokenContext>
{
    /// <summary>Puts the filter before OpenIddict's handlers.</summary>
    /// <param name="server">OpenIddict's server.</param>
    /// <returns>The same server.</returns>
    public static OpenIddictServerBuilder Use(OpenIddictServerBuilder server)
    {
        server.Services.AddSingleton<RequireJsonWebToken>();
        return server
            .RemoveEventHandler(AttachTokenSubject.Descriptor)
            .RemoveEventHandler(AttachTokenMetadata.Descriptor)
            .AddEventHandler(Filtered<AttachTokenSubject>(AttachTokenSubject.Descriptor))
            .AddEventHandler(Filtered<AttachTokenMetadata>(AttachTokenMetadata.Descriptor));
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsActiveAsync(GenerateTokenContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ValueTask.FromResult(context.TokenFormat is TokenFormats.Private.JsonWebToken);
    }

    private static OpenIddictServerHandlerDescriptor Filtered<THandler>(OpenIddictServerHandlerDescriptor descriptor)
        where THandler : class, IOpenIddictServerHandler<GenerateTokenContext>
        => OpenIddictServerHandlerDescriptor.CreateBuilder<GenerateTokenContext>()
            .AddFilter<RequireJsonWebToken>()
            .UseSingletonHandler<THandler>()
            .SetOrder(descriptor.Order)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();
}
