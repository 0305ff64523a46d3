namespace Identity.Tests.Clients;

/// <summary>The way to a server over a proxy that ends TLS: the server's name leads to it, and it says how it was asked.</summary>
internal sealed class ProxyHandler(Uri server) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        request.Headers.Host = address.Authority;
        request.Headers.Add("X-Forwarded-Proto", address.Scheme);
        request.RequestUri = new Uri(server, address.PathAndQuery);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            // For whoever asks where the answer came from.
            request.RequestUri = address;
        }
    }
}
