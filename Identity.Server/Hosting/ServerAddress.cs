using Microsoft.Extensions.Options;

namespace Identity.Server.Hosting;

/// <summary>The address of this server as people reach it, for links that leave it.</summary>
internal sealed class ServerAddress(IConfiguration configuration, IOptions<IdentityServerOptions> options)
{
    /// <summary>Finds the address: the issuer; without one, what the request was sent to, or where the server listens first.</summary>
    /// <param name="context">The request, whose host was checked before; null outside of one.</param>
    /// <returns>The address without a trailing slash.</returns>
    public string Find(HttpContext? context) => options.Value.GetIssuer() is { } issuer ? issuer.OriginalString
        : context is { Request: var request } ? $"{request.Scheme}://{request.Host}{request.PathBase}"
        : Listening.TrimEnd('/');

    private string Listening => configuration[WebHostDefaults.ServerUrlsKey]?.Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()
        ?? ListeningAddresses.Default;
}
