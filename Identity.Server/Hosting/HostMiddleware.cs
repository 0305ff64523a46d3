using Microsoft.Extensions.Options;

namespace Identity.Server.Hosting;

/// <summary>
/// Answers under the issuer's name and, where that is https, over HTTPS only; without an issuer under loopback names only, so that
/// no web page can reach a server on the user's own machine by a name of its own (DNS rebinding).
/// </summary>
internal sealed class HostMiddleware(RequestDelegate next, IOptions<IdentityServerOptions> options)
{
    private readonly Uri? _issuer = options.Value.GetIssuer();

    /// <summary>Refuses what is asked under another name, or without HTTPS.</summary>
    /// <param name="context">The request, as the proxies that count describe it.</param>
    /// <returns>A task that completes when the request is answered.</returns>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        // Whoever watches the server asks by whatever address it has, and learns nothing else from it.
        if (request.Path.StartsWithSegments("/health"))
        {
            return next(context);
        }

        if (_issuer is null ? !LoopbackHost.Names.Contains(request.Host.Host, StringComparer.OrdinalIgnoreCase) : !string.Equals(request.Host.Host, _issuer.Host, StringComparison.OrdinalIgnoreCase))
        {
            return ErrorResponse.WriteAsync(context, StatusCodes.Status400BadRequest, "invalid_request", _issuer is null
                ? "This server answers on localhost only. To give it a name, set Identity:Issuer."
                : $"This server answers as {_issuer.Authority} only.");
        }

        if (_issuer is { Scheme: "https" } && !request.IsHttps)
        {
            return ErrorResponse.WriteAsync(context, StatusCodes.Status400BadRequest, "invalid_request",
                "This server answers over HTTPS only. Behind a proxy that ends TLS, name the proxy in Identity:Proxies and have it send X-Forwarded-Proto.");
        }

        if (_issuer is not null)
        {
            // Whatever port the proxy speaks to: addresses made from the request are those that clients know.
            request.Host = new HostString(_issuer.Authority);
        }

        return next(context);
    }
}
