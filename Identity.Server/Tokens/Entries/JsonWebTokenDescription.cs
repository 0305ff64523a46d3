using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Entries;

/// <summary>
/// Has JSON Web Tokens described, and no others. OpenIddict makes the description of every token, also of those that are protected otherwise
/// and never need it.
/// </summary>
internal sealed class JsonWebTokenDescription : IPostConfigureOptions<OpenIddictServerOptions>
{
    /// <summary>Puts a filter before the handlers that describe a token.</summary>
    /// <param name="name">Not used: there is one server.</param>
    /// <param name="options">Their list.</param>
    public void PostConfigure(string? name, OpenIddictServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Restrict<AttachTokenSubject>(options.Handlers, AttachTokenSubject.Descriptor);
        Restrict<AttachTokenMetadata>(options.Handlers, AttachTokenMetadata.Descriptor);
    }

    private static void Restrict<THandler>(List<OpenIddictServerHandlerDescriptor> handlers, OpenIddictServerHandlerDescriptor descriptor)
        where THandler : class, IOpenIddictServerHandler<GenerateTokenContext>
        => handlers[handlers.IndexOf(descriptor)] = OpenIddictServerHandlerDescriptor.CreateBuilder<GenerateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireJsonWebTokenFormat>()
            .UseSingletonHandler<THandler>()
            .SetOrder(descriptor.Order)
            .SetType(descriptor.Type)
            .Build();
}
