using System.Net;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Hosting;

/// <summary>A server with a public name, behind a proxy that ends TLS: the tests' own client is that proxy.</summary>
public sealed class IssuerTests
{
    private const string Metadata = "/.well-known/openid-configuration";

    private TestServer _server = null!;
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await TestServer.StartAsync("--Identity:Issuer=https://id.example.com", "--Identity:Proxies:0=127.0.0.1", "--Identity:Proxies:1=192.0.2.0/24");
        _client = _server.CreateClient();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task The_proxy_speaks_for_a_client_that_uses_HTTPS()
    {
        using var response = await SendAsync("id.example.com", "https");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.GetValues("Strict-Transport-Security").Single(), Does.StartWith("max-age="));
    }

    [Test]
    public async Task The_host_may_come_from_the_proxy()
    {
        using var response = await SendAsync("127.0.0.1", "https", "id.example.com");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"https://id.example.com/connect/token\""));
    }

    [TestCase("http")]
    [TestCase(null)]
    public async Task Plain_HTTP_is_refused(string? scheme)
    {
        using var response = await SendAsync("id.example.com", scheme);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("HTTPS").And.Contain("Identity:Proxies"));
    }

    [TestCase("localhost")]
    [TestCase("127.0.0.1")]
    [TestCase("other.example.com")]
    public async Task Other_names_are_refused(string host)
    {
        using var response = await SendAsync(host, "https");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Whoever_watches_the_server_may_ask_by_its_address()
    {
        using var response = await _client.GetAsync("/health/ready");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_forwarded_header_counts_from_named_proxies_only()
    {
        await using var server = await TestServer.StartAsync("--Identity:Issuer=https://id.example.com", "--Identity:Proxies:0=192.0.2.0/24");
        using var client = server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Metadata);
        request.Headers.Host = "id.example.com";
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await client.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    private async Task<HttpResponseMessage> SendAsync(string host, string? scheme, string? forwardedHost = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Metadata);
        request.Headers.Host = host;
        request.Headers.Add("X-Forwarded-For", "198.51.100.7");
        if (scheme is not null)
        {
            request.Headers.Add("X-Forwarded-Proto", scheme);
        }

        if (forwardedHost is not null)
        {
            request.Headers.Add("X-Forwarded-Host", forwardedHost);
        }

        return await _client.SendAsync(request);
    }
}
