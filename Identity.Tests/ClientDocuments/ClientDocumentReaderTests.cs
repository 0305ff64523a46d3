using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Identity.Server.ClientDocuments;
using Identity.Server.ClientDocuments.Fetching;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Identity.Tests.ClientDocuments;

public sealed class ClientDocumentReaderTests
{
    private const string Address = "https://client.example/client.json";
    private TestServer _server = null!;

    private ClientDocumentReader Reader => _server.Services.GetRequiredService<ClientDocumentReader>();

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await TestServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    // As the clients publish them, shortened.
    [TestCase("""{"client_id":"@","client_name":"Claude","client_uri":"https://claude.ai","redirect_uris":["https://claude.ai/api/mcp/auth_callback","https://claude.com/api/mcp/auth_callback"],"grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none"}""", "none", "web")]
    [TestCase("""{"client_id":"@","client_name":"Claude Code","redirect_uris":["http://localhost/callback","http://127.0.0.1/callback"],"grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none"}""", "none", "native")]
    [TestCase("""{"client_id":"@","client_name":"Visual Studio Code","grant_types":["authorization_code","refresh_token","urn:ietf:params:oauth:grant-type:device_code"],"response_types":["code"],"redirect_uris":["http://127.0.0.1:33418/","http://127.0.0.1/","https://vscode.dev/redirect"],"token_endpoint_auth_method":"none","application_type":"native"}""", "none", "native")]
    [TestCase("""{"client_id":"@","client_name":"ChatGPT","redirect_uris":["https://chatgpt.com/connector_platform_oauth_redirect"],"token_endpoint_auth_method":"private_key_jwt","token_endpoint_auth_methods_supported":["none","private_key_jwt"],"token_endpoint_auth_signing_alg":"RS256","jwks_uri":"https://chatgpt.com/oauth/jwks.json"}""", "private_key_jwt none", "web")]
    [TestCase("""{"client_id":"@","redirect_uris":["https://a.example/"],"resource":{"unknown":[1,2]}}""", "none", "web")]
    public void A_document_as_clients_publish_them_is_taken(string document, string methods, string type)
    {
        var read = Read(document);
        Assert.That(string.Join(' ', read.AuthenticationMethods), Is.EqualTo(methods));
        Assert.That(read.Metadata.ApplicationType, Is.EqualTo(type));
    }

    [TestCase("client_id", """ "https://client.example/other.json" """)]
    [TestCase("client_id", """ "https://CLIENT.example/client.json" """)]
    [TestCase("client_id", """ "https://client.example/client.json/" """)]
    [TestCase("client_id", "null")]
    [TestCase("client_id", "1")]
    [TestCase("client_secret", """ "published" """)]
    [TestCase("client_secret_expires_at", "0")]
    [TestCase("redirect_uris", "[]")]
    [TestCase("redirect_uris", "null")]
    [TestCase("redirect_uris", """ ["javascript:alert(1)"] """)]
    [TestCase("redirect_uris", """ ["http://client.example/"] """)]
    [TestCase("redirect_uris", """ ["https://client.example/*"] """)]
    [TestCase("grant_types", """ ["client_credentials"] """)]
    [TestCase("token_endpoint_auth_method", """ "client_secret_basic" """)]
    [TestCase("token_endpoint_auth_method", """ "client_secret_post" """)]
    [TestCase("token_endpoint_auth_method", """ "client_secret_jwt" """)]
    [TestCase("token_endpoint_auth_method", """ "private_key_jwt" """, Description = "without keys")]
    [TestCase("token_endpoint_auth_methods_supported", """ ["none", "client_secret_post"] """)]
    public void A_document_that_breaks_a_rule_is_not(string member, string value)
        => Assert.That(() => Read($$"""{"client_id":"@","redirect_uris":["https://client.example/"]}""", member, value), Throws.TypeOf<InvalidDocumentException>());

    [TestCase("http://client.example/jwks")]
    [TestCase("https://user@client.example/jwks")]
    [TestCase("https://client.example/jwks#keys")]
    [TestCase("file:///jwks")]
    [TestCase("jwks")]
    public void Nor_one_with_keys_at_an_address_that_must_not_be_asked(string address)
        => Assert.That(
            () => Read("""{"client_id":"@","redirect_uris":["https://client.example/"],"token_endpoint_auth_method":"private_key_jwt"}""", "jwks_uri", JsonSerializer.Serialize(address)),
            Throws.TypeOf<InvalidDocumentException>());

    [TestCase("""{"keys":[]}""")]
    [TestCase("""{"keys":{}}""")]
    [TestCase("""{"keys":[1]}""")]
    [TestCase("""{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}""")]
    [TestCase("""{"keys":[{"kty":"RSA","e":"AQAB","n":"AQAB"}]}""", Description = "a weak key")]
    [TestCase("""{"keys":[{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ","d":"AQ"}]}""", Description = "a private key")]
    [TestCase("""{"keys":[{"kty":"EC","crv":"secp256k1","x":"AQ","y":"AQ"}]}""")]
    [TestCase("""{"keys":[{"kty":"RSA","e":"%","n":"%"}]}""")]
    [TestCase("""{"keys":[{"kty":7}]}""")]
    [TestCase("[]")]
    public void Nor_one_with_keys_of_no_use(string keys)
        => Assert.That(
            () => Read("""{"client_id":"@","redirect_uris":["https://client.example/"],"token_endpoint_auth_method":"private_key_jwt"}""", "jwks", keys),
            Throws.TypeOf<InvalidDocumentException>());

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("{}{}")]
    [TestCase("""{"client_id":"https://client.example/client.json","client_id":"https://client.example/client.json","redirect_uris":["https://client.example/"]}""")]
    public void Nor_what_is_no_document(string text) => Assert.That(() => Reader.Read(Address, Encoding.UTF8.GetBytes(text)), Throws.TypeOf<InvalidDocumentException>());

    [TestCase("https://client.example/client.json", true)]
    [TestCase("https://client.example:8443/client.json", true)]
    [TestCase("https://client.example/@scope/client.json", true)]
    [TestCase("https://client.example/client?id=1", true)]
    [TestCase("https://client.example", false)]
    [TestCase("https://client.example/", false)]
    [TestCase("https://client.example?id=1", false)]
    [TestCase("http://client.example/client.json", false)]
    [TestCase("http://localhost/client.json", false, Description = "outside development")]
    [TestCase("https://client.example/client.json#", false)]
    [TestCase("https://client.example/client.json#part", false)]
    [TestCase("https://user@client.example/client.json", false)]
    [TestCase("https://user:word@client.example/client.json", false)]
    [TestCase("https://@client.example/client.json", false)]
    [TestCase("https://client.example/a/../client.json", false)]
    [TestCase("https://client.example/./client.json", false)]
    [TestCase("https://client.example/%2e%2e/client.json", false)]
    [TestCase("https://client.example/a\\client.json", false)]
    [TestCase("https://CLIENT.example/client.json", false)]
    [TestCase("https://client.example:443/client.json", false)]
    [TestCase("HTTPS://client.example/client.json", false)]
    [TestCase("https:client.example/client.json", false)]
    [TestCase("https:///client.json", false)]
    [TestCase("https://2130706433/client.json", false)]
    [TestCase("https://clïent.example/client.json", false)]
    [TestCase("https://client.example/client.json ", false)]
    [TestCase("https://client.example/client\n.json", false)]
    public void An_identifier_is_an_address_with_one_spelling(string clientId, bool expected)
        => Assert.That(_server.Services.GetRequiredService<ClientDocumentAddress>().IsAllowed(clientId), Is.EqualTo(expected));

    /// <summary>Whatever stands at an address, it is read or refused, and nothing else happens to the request that named it.</summary>
    [Test]
    public void Any_text_is_read_or_refused()
    {
        using var key = new ClientKey("1");
        using var rsa = new ClientKey("2", isRsa: true);
        var document = $$"""{"client_id":"{{Address}}","client_name":"Name","redirect_uris":["https://client.example/","http://127.0.0.1/cb"],"token_endpoint_auth_methods_supported":["none","private_key_jwt"],"contacts":["a@b.example"],"jwks":{{ClientKey.Set(key, rsa)}}}""";
        string[] pieces =
            ["\"", "\\ud800", "\\u0000", "{", "}", "[", "]", ",", ":", "null", "1e999", "true", "[[[[[[[[[[[[[[[[[[", "\uD83D\uDE00", "=", "-", "\"kty\":\"oct\"", "\"n\":\"\"", "\"x5c\":[\"AA\"]", "\"jwks_uri\":\"https://[\","];
        var read = 0;
        Gen.Select(Gen.Int[0, document.Length - 1], Gen.Int[0, 12], Gen.Int[0, pieces.Length - 1], Gen.Bool).Array[1, 3].Sample(
            changes =>
            {
                var text = document;
                foreach (var (at, removed, piece, inserts) in changes)
                {
                    var start = Math.Min(at, text.Length);
                    text = text.Remove(start, Math.Min(removed, text.Length - start)).Insert(start, inserts ? pieces[piece] : "");
                }

                try
                {
                    Reader.Read(Address, Encoding.UTF8.GetBytes(text));
                    Interlocked.Increment(ref read);
                }
                catch (InvalidDocumentException)
                {
                }
            },
            iter: 10_000);
        Assert.That(read, Is.InRange(1, 9_000), "changes that matter, and changes that do not");
    }

    private ClientDocument Read(string document, string? member = null, string? value = null)
    {
        var json = JsonNode.Parse(document.Replace("\"@\"", $"\"{Address}\"", StringComparison.Ordinal))!.AsObject();
        if (member is not null)
        {
            json[member] = JsonNode.Parse(value!);
        }

        return Reader.Read(Address, Encoding.UTF8.GetBytes(json.ToJsonString()));
    }
}
