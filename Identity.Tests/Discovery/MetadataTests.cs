using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Discovery;

public sealed class MetadataTests
{
    private static readonly string[] Documents = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

    [Test]
    public async Task Both_documents_say_the_same_and_what_clients_look_for()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.CreateClient();
        var documents = await Task.WhenAll(Documents.Select(path => client.GetStringAsync(path)));
        Assert.That(documents[0], Is.EqualTo(documents[1]));

        var issuer = server.Address.GetLeftPart(UriPartial.Authority);
        var metadata = JsonDocument.Parse(documents[0]).RootElement;
        Assert.That(metadata.GetProperty("issuer").GetString(), Is.EqualTo(issuer));
        Assert.That(metadata.GetProperty("registration_endpoint").GetString(), Is.EqualTo($"{issuer}/connect/register"));
        Assert.That(metadata.GetProperty("token_endpoint").GetString(), Is.EqualTo($"{issuer}/connect/token"));
        Assert.That(metadata.GetProperty("pushed_authorization_request_endpoint").GetString(), Is.EqualTo($"{issuer}/connect/par"));
        Assert.That(Values(metadata, "token_endpoint_auth_methods_supported"), Is.EqualTo(new[] { "none", "client_secret_post", "client_secret_basic", "private_key_jwt" }));
        Assert.That(Values(metadata, "introspection_endpoint_auth_methods_supported"), Is.EqualTo(new[] { "client_secret_post", "client_secret_basic", "private_key_jwt" }));
        Assert.That(Values(metadata, "code_challenge_methods_supported"), Is.EqualTo(new[] { "S256" }));
        Assert.That(Values(metadata, "response_modes_supported"), Is.EquivalentTo(new[] { "query", "form_post" }));
        Assert.That(metadata.GetProperty("device_authorization_endpoint").GetString(), Is.EqualTo($"{issuer}/connect/device"));
        Assert.That(Values(metadata, "grant_types_supported"), Is.EquivalentTo(new[] { "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code" }));
        Assert.That(Values(metadata, "device_authorization_endpoint_auth_methods_supported"), Does.Contain("none"));
        Assert.That(metadata.EnumerateObject().Select(member => member.Name), Has.None.Contains("mtls"));
        Assert.That(metadata.GetProperty("tls_client_certificate_bound_access_tokens").GetBoolean(), Is.False);
        Assert.That(Values(metadata, "scopes_supported"), Is.SupersetOf(new[] { "openid", "offline_access" }));
        Assert.That(Values(metadata, "id_token_signing_alg_values_supported"), Is.EqualTo(new[] { "ES256" }));
        Assert.That(metadata.GetProperty("authorization_response_iss_parameter_supported").GetBoolean(), Is.True);
    }

    [TestCase("localhost")]
    [TestCase("127.0.0.1")]
    [TestCase("[::1]")]
    public async Task Without_an_issuer_each_loopback_name_is_one_to_the_byte(string host)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Documents[0]);
        request.Headers.Host = $"{host}:{server.Address.Port}";
        using var response = await client.SendAsync(request);
        var metadata = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(metadata.GetProperty("issuer").GetString(), Is.EqualTo($"http://{host}:{server.Address.Port}"));
        Assert.That(metadata.GetProperty("token_endpoint").GetString(), Is.EqualTo($"http://{host}:{server.Address.Port}/connect/token"));
    }

    [TestCase("https://id.example.com", "https://id.example.com", "id.example.com")]
    [TestCase("https://id.example.com/", "https://id.example.com", "id.example.com")]
    [TestCase("https://id.example.com:8443", "https://id.example.com:8443", "id.example.com")]
    public async Task A_configured_issuer_has_no_trailing_slash_and_its_own_port(string configured, string issuer, string host)
    {
        await using var server = await StartBehindProxyAsync(configured);
        foreach (var path in Documents)
        {
            using var response = await GetAsync(server, host, path);
            var metadata = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.That(metadata.GetProperty("issuer").GetString(), Is.EqualTo(issuer));
            Assert.That(metadata.GetProperty("authorization_endpoint").GetString(), Is.EqualTo($"{issuer}/connect/authorize"));
        }
    }

    [TestCase("/.well-known/oauth-authorization-server/tenant", HttpStatusCode.OK)]
    [TestCase("/.well-known/oauth-authorization-server/tenant/", HttpStatusCode.OK)]
    [TestCase("/.well-known/openid-configuration/tenant", HttpStatusCode.OK)]
    [TestCase("/tenant/.well-known/openid-configuration", HttpStatusCode.OK)]
    [TestCase("/tenant/.well-known/oauth-authorization-server", HttpStatusCode.OK)]
    [TestCase("/.well-known/openid-configuration", HttpStatusCode.NotFound)]
    [TestCase("/tenants/.well-known/openid-configuration", HttpStatusCode.NotFound)]
    public async Task An_issuer_with_a_path_has_its_documents_where_RFC_8414_and_OpenID_Connect_put_them(string path, HttpStatusCode expected)
    {
        await using var server = await StartBehindProxyAsync("https://id.example.com/tenant");
        using var response = await GetAsync(server, "id.example.com", path);
        Assert.That(response.StatusCode, Is.EqualTo(expected));
        if (expected is HttpStatusCode.OK)
        {
            var metadata = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.That(metadata.GetProperty("issuer").GetString(), Is.EqualTo("https://id.example.com/tenant"));
            Assert.That(metadata.GetProperty("token_endpoint").GetString(), Is.EqualTo("https://id.example.com/tenant/connect/token"));
            Assert.That(metadata.GetProperty("registration_endpoint").GetString(), Is.EqualTo("https://id.example.com/tenant/connect/register"));
        }
    }

    [Test]
    public async Task An_issuer_with_a_path_has_its_endpoints_and_pages_below_it()
    {
        await using var server = await StartBehindProxyAsync("https://id.example.com/tenant");
        using var token = await GetAsync(server, "id.example.com", "/tenant/connect/userinfo");
        Assert.That(token.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        using var page = await GetAsync(server, "id.example.com", "/tenant/account/sign-in");
        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using var outside = await GetAsync(server, "id.example.com", "/account/sign-in");
        Assert.That(outside.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task The_key_set_holds_the_public_signing_key_alone()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.CreateClient();
        var keys = (await client.GetFromJsonAsync<JsonElement>("/.well-known/jwks")).GetProperty("keys").EnumerateArray().ToList();
        Assert.That(keys, Has.Count.EqualTo(1));
        Assert.That(keys[0].GetProperty("alg").GetString(), Is.EqualTo("ES256"));
        Assert.That(keys[0].TryGetProperty("d", out _), Is.False);
    }

    private static Task<TestServer> StartBehindProxyAsync(string issuer) => TestServer.StartAsync($"--Identity:Issuer={issuer}", "--Identity:Proxies:0=127.0.0.1");

    private static async Task<HttpResponseMessage> GetAsync(TestServer server, string host, string path)
    {
        using var client = server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        request.Headers.Add("X-Forwarded-Proto", "https");
        return await client.SendAsync(request);
    }

    private static string?[] Values(JsonElement metadata, string name) => [.. metadata.GetProperty(name).EnumerateArray().Select(value => value.GetString())];
}
