using Identity.Server.Hosting;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Resources;

/// <summary>What access tokens are for, and what they allow: resources (RFC 8707) and scopes.</summary>
internal static class ResourcesExtensions
{
    /// <summary>Adds the configured resources and scopes, and has requests held to them.</summary>
    /// <param name="server">OpenIddict's server.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>The same server.</returns>
    public static OpenIddictServerBuilder AddResources(this OpenIddictServerBuilder server, IConfiguration configuration)
    {
        server.Services.AddValidatedOptions<ResourceOptions>(configuration, ResourceOptions.Section);
        server.Services.AddSingleton<ResourceCatalog>();
        server.Services.AddScoped<ScopePolicy>();
        server.Services.AddOptions<OpenIddictServerOptions>().Configure<ResourceCatalog>((options, catalog) => options.Scopes.UnionWith(catalog.ScopeNames));

        // Handlers of our own do all of this: OpenIddict compares resources as text, calls those that are none an invalid request, and
        // refuses a request for one scope too many.
        return server
            .RemoveEventHandler(Authentication.ValidateResourceParameter.Descriptor)
            .RemoveEventHandler(Authentication.ValidatePushedResourceParameter.Descriptor)
            .RemoveEventHandler(Exchange.ValidateResourceParameter.Descriptor)
            .DisableResourceValidation()
            .IgnoreResourcePermissions()
            .DisableScopeValidation()
            .AddEventHandler(CheckTarget<ValidateAuthorizationRequestContext>.After(Authentication.ValidateClientRedirectUri.Descriptor))
            .AddEventHandler(CheckTarget<ValidatePushedAuthorizationRequestContext>.After(Authentication.ValidatePushedClientRedirectUri.Descriptor))
            .AddEventHandler(CheckTarget<ValidateDeviceAuthorizationRequestContext>.After(OpenIddictServerHandlers.Device.ValidateDeviceAuthentication.Descriptor));
    }
}
