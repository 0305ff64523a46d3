using Identity.Server.Hosting;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Discovery;

/// <summary>What the server tells about itself: its issuer and its metadata.</summary>
internal static class DiscoveryExtensions
{
    /// <summary>Adds the issuer and the metadata.</summary>
    /// <param name="server">OpenIddict's server.</param>
    /// <returns>The same server.</returns>
    public static OpenIddictServerBuilder AddDiscovery(this OpenIddictServerBuilder server)
    {
        server.Services.AddOptions<OpenIddictServerOptions>().Configure<IOptions<IdentityServerOptions>>((options, settings) =>
        {
            options.Issuer = settings.Value.GetIssuer();
            options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain);
            // Scripts read fragments, and scripts of the page that a client forgot read them as well.
            options.ResponseModes.Remove(ResponseModes.Fragment);
        });
        // The host refuses plain http itself where the issuer is https; without an issuer, or with one on loopback, http is what there is.
        server.Services.AddOptions<OpenIddictServerAspNetCoreOptions>().Configure<IOptions<IdentityServerOptions>>((options, settings) =>
            options.DisableTransportSecurityRequirement = settings.Value.GetIssuer() is not { Scheme: "https" });
        return server
            .AddEventHandler(AttachLoopbackIssuer.Descriptor)
            .AddEventHandler(AcceptLoopbackIssuers.Descriptor)
            .AddEventHandler(AttachMetadata.Descriptor);
    }
}
