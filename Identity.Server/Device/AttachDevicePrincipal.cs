using System.Security.Claims;
using Identity.Server.Resources;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Device;

/// <summary>
/// Contains the logic responsible for keeping with the codes what the device asks for: the resources (RFC 8707) and the scopes, as an
/// authorization request would be understood.
/// </summary>
internal sealed class AttachDevicePrincipal(ResourceCatalog catalog, ScopePolicy policy) : IOpenIddictServerHandler<HandleDeviceAuthorizationRequestContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<HandleDeviceAuthorizationRequestContext>()
            .UseScopedHandler<AttachDevicePrincipal>()
            .SetOrder(0)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(HandleDeviceAuthorizationRequestContext context)
    {
        var (resolved, problem) = catalog.Resolve(context.Request.GetResources(), (context.Options.Issuer ?? context.BaseUri)!);
        var resources = resolved ?? throw new InvalidOperationException($"The request was found valid, but {problem}");

        // Nobody is signed in; whoever enters the code takes the place of this identity.
        context.Principal = new ClaimsPrincipal(new ClaimsIdentity())
            .SetScopes(await policy.ResolveAsync(context.Request.GetScopes(), context.Request.ClientId!, resources, context.CancellationToken))
            .SetResources(resources);
    }
}
