using System.Net;
using System.Text;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using OpenIddict.Abstractions;

namespace Identity.Tests.Registration;

/// <summary>Whatever the body: an error that names the member and the rule, and nothing kept.</summary>
internal sealed class RefusedRegistrationTests
{
    private TestServer _server = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _http = (_server = await TestServer.StartAsync()).CreateClient();

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [TestCase("[]", "at least one")]
    [TestCase("null", "at least one")]
    [TestCase("[null]", "number 1 must be a URI")]
    [TestCase("""[""]""", "number 1 must be a URI")]
    [TestCase("""["https://a.example/cb", "/cb"]""", "number 2 must be an absolute URI")]
    [TestCase("""["a.example/cb"]""", "absolute")]
    [TestCase("""["http://a.example/cb"]""", "https")]
    [TestCase("""["http://127.0.0.1.example/cb"]""", "https")]
    [TestCase("""["http://127.1/cb"]""", "https")]
    [TestCase("""["http://2130706433/cb"]""", "https")]
    [TestCase("""["http://loopback/cb"]""", "https")]
    [TestCase("""["http://localhost:99999/cb"]""", "absolute")]
    [TestCase("""["http://localhost@evil.example/cb"]""", "user information")]
    [TestCase("""["http:localhost/cb"]""", "absolute")]
    [TestCase("""["https:///cb"]""", "")]
    [TestCase("""["https:a.example"]""", "")]
    [TestCase("""["https://a.example/cb#part"]""", "fragment")]
    [TestCase("""["https://a.example/cb#"]""", "fragment")]
    [TestCase("""["https://user:secret@a.example/cb"]""", "user information")]
    [TestCase("""["cursor://user@host/cb"]""", "user information")]
    [TestCase("""["https://*.example/cb"]""", "wildcard")]
    [TestCase("""["https://a.example/*"]""", "wildcard")]
    [TestCase("""["https://a.example/c b"]""", "white space")]
    [TestCase("""["https://a.example\\@evil.example/"]""", "backslashes")]
    [TestCase("""["https://a.example/\u0000"]""", "control characters")]
    [TestCase("""["https://a.example/\u000a"]""", "control characters")]
    [TestCase("""["https://ä.example/"]""", "ASCII")]
    [TestCase("""["javascript:alert(1)"]""", "private-use")]
    [TestCase("""["JavaScript://a.example/%0aalert(1)"]""", "private-use")]
    [TestCase("""["data:text/html,x"]""", "private-use")]
    [TestCase("""["file:///etc/passwd"]""", "private-use")]
    [TestCase("""["myapp:/cb"]""", "private-use")]
    [TestCase("""["urn:ietf:wg:oauth:2.0:oob"]""", "private-use")]
    public async Task A_redirect_URI_that_breaks_a_rule_is_named(string redirectUris, string rule)
        => await AssertRefusedAsync($$"""{"redirect_uris":{{redirectUris}}}""", "invalid_redirect_uri", "redirect_uris: " + (rule.StartsWith("number", StringComparison.Ordinal) ? rule : ""), rule);

    [TestCase("""{}""", "invalid_redirect_uri", "redirect_uris")]
    [TestCase("""{"redirect_uris":"https://a.example/cb"}""", "invalid_client_metadata", "redirect_uris")]
    [TestCase("""{"redirect_uris":[1]}""", "invalid_client_metadata", "redirect_uris")]
    [TestCase("""{"redirect_uris":[["https://a.example/cb"]]}""", "invalid_client_metadata", "redirect_uris")]
    [TestCase("""{"redirect_uris":{"0":"https://a.example/cb"}}""", "invalid_client_metadata", "redirect_uris")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"private_key_jwt"}""", "invalid_client_metadata", "jwks")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"tls_client_auth"}""", "invalid_client_metadata", "token_endpoint_auth_method")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"jwks":{"keys":[]},"jwks_uri":"https://a.example/keys"}""", "invalid_client_metadata", "jwks_uri")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"http://a.example/keys"}""", "invalid_client_metadata", "jwks_uri")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://u@a.example/keys"}""", "invalid_client_metadata", "jwks_uri")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://a.example/keys#1"}""", "invalid_client_metadata", "jwks_uri")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"jwks_uri":["https://a.example/keys"]}""", "invalid_client_metadata", "jwks_uri")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"client_name#fr":5}""", "invalid_client_metadata", "client_name#fr")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"client_name#fr":"a\u0000b"}""", "invalid_client_metadata", "client_name#fr")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"client_name#fr":"\ud800"}""", "invalid_client_metadata", "client_name#fr")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"client_name#fr":"a","client_name#FR":"b"}""", "invalid_client_metadata", "client_name#FR")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"logo_uri#fr-CA":"javascript:alert(1)"}""", "invalid_client_metadata", "logo_uri#fr-CA")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"software_statement":"eyJhbGciOiJSUzI1NiJ9.eyJzb2Z0d2FyZV9pZCI6ImEifQ.c2ln"}""", "unapproved_software_statement", "software_statement")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"software_statement":"none"}""", "invalid_software_statement", "software_statement")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"software_statement":"a..b"}""", "invalid_software_statement", "software_statement")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"software_statement":"\ud800"}""", "invalid_software_statement", "software_statement")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"software_statement":{}}""", "invalid_software_statement", "software_statement")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"NONE"}""", "invalid_client_metadata", "token_endpoint_auth_method")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":["none"]}""", "invalid_client_metadata", "token_endpoint_auth_method")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"grant_types":["client_credentials"]}""", "invalid_client_metadata", "grant_types")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"grant_types":["refresh_token"]}""", "invalid_client_metadata", "grant_types")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"grant_types":"authorization_code"}""", "invalid_client_metadata", "grant_types")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"grant_types":[null]}""", "invalid_client_metadata", "grant_types")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"response_types":["token"]}""", "invalid_client_metadata", "response_types")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"scope":["openid"]}""", "invalid_client_metadata", "scope")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"scope":"mcp:tools"}""", "invalid_client_metadata", "scope")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"application_type":"desktop"}""", "invalid_client_metadata", "application_type")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"client_name":5}""", "invalid_client_metadata", "client_name")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"client_name":"a\u0000b"}""", "invalid_client_metadata", "client_name")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"client_name":"\ud800"}""", "invalid_client_metadata", "client_name")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"client_uri":"javascript:alert(1)"}""", "invalid_client_metadata", "client_uri")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"logo_uri":"data:image/png;base64,AA"}""", "invalid_client_metadata", "logo_uri")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"tos_uri":"/terms"}""", "invalid_client_metadata", "tos_uri")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"contacts":"ops"}""", "invalid_client_metadata", "contacts")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"post_logout_redirect_uris":["http://a.example"]}""", "invalid_client_metadata", "post_logout_redirect_uris")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"redirect_uris":["https://b.example/cb"]}""", "invalid_client_metadata", "once")]
    [TestCase("", "invalid_client_metadata", "JSON object")]
    [TestCase("null", "invalid_client_metadata", "JSON object")]
    [TestCase("[]", "invalid_client_metadata", "JSON object")]
    [TestCase("\"text\"", "invalid_client_metadata", "JSON object")]
    [TestCase("{", "invalid_client_metadata", "JSON object")]
    [TestCase("{}{}", "invalid_client_metadata", "JSON object")]
    [TestCase("{'a':1}", "invalid_client_metadata", "JSON object")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],}""", "invalid_client_metadata", "JSON object")]
    [TestCase("\0", "invalid_client_metadata", "JSON object")]
    public async Task A_member_that_breaks_a_rule_is_named(string body, string error, string member)
        => await AssertRefusedAsync(body, error, member);

    [Test]
    public async Task Deep_nesting_is_refused()
        => await AssertRefusedAsync($$"""{"redirect_uris":["https://a.example/cb"],"x":{{new string('[', 5_000)}}{{new string(']', 5_000)}}}""", "invalid_client_metadata", "16 levels");

    [TestCase(33)]
    [TestCase(2_000)]
    public async Task Too_many_redirect_URIs_are_refused(int count)
        => await AssertRefusedAsync(
            JsonSerializer.Serialize(new { redirect_uris = Enumerable.Range(0, count).Select(number => $"https://a.example/{number}") }), "invalid_redirect_uri", "at most 32");

    [Test]
    public async Task Too_long_texts_are_refused()
    {
        await AssertRefusedAsync(JsonSerializer.Serialize(new { redirect_uris = new[] { "https://a.example/" + new string('a', 2_048) } }), "invalid_redirect_uri", "2048 characters");
        await AssertRefusedAsync(JsonSerializer.Serialize(new { redirect_uris = new[] { "https://a.example/" }, client_name = new string('a', 257) }), "invalid_client_metadata", "client_name");
    }

    [Test]
    public async Task A_body_that_is_too_large_is_refused()
    {
        using var response = await PostAsync(new StringContent(new string(' ', 1_000_000), Encoding.UTF8, "application/json"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        using var response = await PostAsync(new ByteArrayContent([.. "{\"client_name\":\""u8, 0xff, 0xfe, 0xc3, .. "\"}"u8]) { Headers = { ContentType = new("application/json") } });

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("text/plain")]
    public async Task Another_content_type_is_refused(string contentType)
    {
        using var response = await PostAsync(new StringContent("""{"redirect_uris":["https://a.example/cb"]}""", Encoding.UTF8, contentType));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("Content-Type: application/json"));
    }

    [TestCase("GET")]
    [TestCase("PUT")]
    [TestCase("DELETE")]
    public async Task Another_method_is_refused(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/connect/register");
        using var response = await _http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    private async Task AssertRefusedAsync(string body, string error, params string[] mentioned)
    {
        var before = await CountClientsAsync();
        using var response = await PostAsync(new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), text);
        Assert.That(response.Headers.CacheControl!.NoStore, Is.True);
        var json = JsonDocument.Parse(text).RootElement;
        Assert.That(json.GetProperty("error").GetString(), Is.EqualTo(error), text);
        var description = json.GetProperty("error_description").GetString()!;
        Assert.That(mentioned, Is.All.Matches<string>(part => description.Contains(part!, StringComparison.Ordinal)), description);
        Assert.That(await CountClientsAsync(), Is.EqualTo(before));
    }

    private async Task<long> CountClientsAsync()
    {
        await using var scope = _server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CountAsync();
    }

    private async Task<HttpResponseMessage> PostAsync(HttpContent content)
    {
        using (content)
        {
            return await _http.PostAsync("/connect/register", content);
        }
    }
}
