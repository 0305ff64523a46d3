using System.Net;
using System.Text;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Registration;

/// <summary>RFC 7591 at the running server.</summary>
internal sealed class RegistrationTests
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

    [Test]
    public async Task A_public_client_is_registered_and_told_what_it_got()
    {
        var (status, json, response) = await PostAsync("""
            {
              "client_name": "Claude Code (example)",
              "redirect_uris": ["http://localhost:40123/callback"],
              "token_endpoint_auth_method": "none",
              "grant_types": ["authorization_code", "refresh_token"],
              "response_types": ["code"],
              "client_uri": "https://claude.ai",
              "resource": "https://mcp.example.com",
              "unknown": {"deep": [1, 2, {"er": null}]}
            }
            """);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created), json.ToString());
        Assert.Multiple(() =>
        {
            Assert.That(json.GetProperty("client_id").GetString(), Does.Match("^[A-Za-z0-9_-]{22}$"));
            Assert.That(json.GetProperty("client_id_issued_at").GetInt64(), Is.EqualTo(_server.Time.GetUtcNow().ToUnixTimeSeconds()));
            Assert.That(json.TryGetProperty("client_secret", out _), Is.False);
            Assert.That(json.TryGetProperty("client_secret_expires_at", out _), Is.False);
            Assert.That(Strings(json, "redirect_uris"), Is.EqualTo(new[] { "http://localhost:40123/callback" }));
            Assert.That(json.GetProperty("token_endpoint_auth_method").GetString(), Is.EqualTo("none"));
            Assert.That(Strings(json, "grant_types"), Is.EqualTo(new[] { "authorization_code", "refresh_token" }));
            Assert.That(Strings(json, "response_types"), Is.EqualTo(new[] { "code" }));
            Assert.That(json.GetProperty("application_type").GetString(), Is.EqualTo("native"));
            Assert.That(json.GetProperty("client_name").GetString(), Is.EqualTo("Claude Code (example)"));
            Assert.That(json.GetProperty("client_uri").GetString(), Is.EqualTo("https://claude.ai"));
            Assert.That(json.GetProperty("scope").GetString()!.Split(' '), Is.EquivalentTo(new[] { "openid", "profile", "email", "offline_access" }));
            Assert.That(json.EnumerateObject().Select(member => member.Value.ValueKind), Has.None.EqualTo(JsonValueKind.Null));
            Assert.That(response.Headers.CacheControl!.NoStore, Is.True);
            Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        });
    }

    [TestCase("client_secret_post")]
    [TestCase("client_secret_basic")]
    [TestCase(null)]
    public async Task A_confidential_client_gets_a_secret_that_is_nowhere_kept(string? method)
    {
        var (_, json, _) = await PostAsync(JsonSerializer.Serialize(new { redirect_uris = new[] { "https://a.example/cb" }, token_endpoint_auth_method = method }));

        var secret = json.GetProperty("client_secret").GetString()!;
        Assert.That(secret, Does.Match("^[A-Za-z0-9_-]{43}$"));
        Assert.That(json.GetProperty("client_secret_expires_at").GetRawText(), Is.EqualTo("0"));
        Assert.That(json.GetProperty("token_endpoint_auth_method").GetString(), Is.EqualTo(method ?? "client_secret_basic"));
        Assert.That(json.GetProperty("application_type").GetString(), Is.EqualTo("web"));
        Assert.That(ReadAllFiles(), Does.Contain(json.GetProperty("client_id").GetString()).And.Not.Contain(secret));
    }

    [TestCase("""{"redirect_uris":["https://a.example/cb"],"grant_types":null,"scope":"","client_name":"","client_uri":"","contacts":[]}""",
        TestName = "What is empty counts as absent and is not told")]
    [TestCase("""{"redirect_uris":["https://a.example/cb"],"grant_types":[],"scope":" ","client_name":" ","client_uri":" ","contacts":[""," "]}""",
        TestName = "What is blank counts as absent and is not told")]
    public async Task Empty_members(string body)
    {
        var (status, json, _) = await PostAsync(body);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(Strings(json, "grant_types"), Is.EqualTo(new[] { "authorization_code", "refresh_token" }));
        Assert.That(json.GetProperty("scope").GetString(), Is.Not.Empty);
        foreach (var name in new[] { "client_name", "client_uri", "contacts" })
        {
            Assert.That(json.TryGetProperty(name, out _), Is.False, name);
        }
    }

    [TestCase("authorization_code urn:ietf:params:oauth:grant-type:device_code refresh_token", "authorization_code refresh_token urn:ietf:params:oauth:grant-type:device_code")]
    [TestCase("authorization_code urn:ietf:params:oauth:grant-type:token-exchange implicit password", "authorization_code")]
    [TestCase("authorization_code", "authorization_code")]
    [TestCase("authorization_code client_credentials", "authorization_code")]
    public async Task Grant_types_that_are_not_offered_are_left_out(string requested, string registered)
    {
        var (status, json, _) = await PostAsync(JsonSerializer.Serialize(new { redirect_uris = new[] { "https://a.example/cb" }, grant_types = requested.Split(' ') }));

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(Strings(json, "grant_types"), Is.EqualTo(registered.Split(' ')));
    }

    [TestCase(" openid  profile mcp:tools ", "openid profile")]
    [TestCase("profile profile", "profile")]
    public async Task Scopes_that_are_not_offered_are_left_out(string requested, string registered)
    {
        var (status, json, _) = await PostAsync(JsonSerializer.Serialize(new { redirect_uris = new[] { "https://a.example/cb" }, scope = requested }));

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(json.GetProperty("scope").GetString(), Is.EqualTo(registered));
    }

    [Test]
    public async Task Redirect_URIs_that_differ_in_spelling_only_are_all_kept()
    {
        var (_, json, _) = await PostAsync("""{"redirect_uris":["https://a.example","https://a.example/","https://A.example/","https://a.example/a/../b","https://a.example/"]}""");

        var uris = new[] { "https://a.example", "https://a.example/", "https://A.example/", "https://a.example/a/../b" };
        Assert.That(Strings(json, "redirect_uris"), Is.EqualTo(uris));
        var kept = ReadAllFiles();
        Assert.That(uris, Is.All.Matches<string>(uri => kept.Contains($"\"{uri}\"", StringComparison.Ordinal)));
    }

    [TestCase("""{"redirect_uris":["http://localhost:8787/callback","https://www.cursor.com/agents/mcp/oauth/callback","cursor://anysphere.cursor-mcp/oauth/callback"],"token_endpoint_auth_method":"none"}""", TestName = "Cursor")]
    [TestCase("""{"redirect_uris":["http://127.0.0.1/","http://127.0.0.1:33418/","https://vscode.dev/redirect","https://insiders.vscode.dev/redirect"],"token_endpoint_auth_method":"none","application_type":"native","client_uri":"https://code.visualstudio.com"}""", TestName = "VS Code")]
    [TestCase("""{"redirect_uris":["http://localhost:6274/oauth/callback","http://127.0.0.1:6276/oauth/callback"],"token_endpoint_auth_method":"none","scope":""}""", TestName = "MCP Inspector")]
    [TestCase("""{"redirect_uris":["https://claude.ai/api/mcp/auth_callback"],"client_name":"Claude","token_endpoint_auth_method":"client_secret_post"}""", TestName = "Claude")]
    [TestCase("""{"redirect_uris":["https://chatgpt.com/connector_platform_oauth_redirect"],"client_name":"ChatGPT"}""", TestName = "ChatGPT")]
    [TestCase("""{"redirect_uris":["com.example.app:/callback","http://[::1]:1234/cb?x=1"],"contacts":["ops@example.com"],"software_id":"a","software_version":"1.0","logo_uri":"https://a.example/l.png","tos_uri":"https://a.example/t","policy_uri":"http://a.example/p","client_name":"A (b) [c] \u00e9","client_name#fr":"Le client","client_name#ja-Jpan-JP":"クライアント","tos_uri#de":"https://a.example/de","application_type":"native","post_logout_redirect_uris":["https://a.example/out"]}""", TestName = "Everything")]
    public async Task Known_clients_are_registered_as_they_ask(string body)
    {
        var (status, json, _) = await PostAsync(body);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created), json.ToString());
        foreach (var member in JsonDocument.Parse(body).RootElement.EnumerateObject().Where(member => member.Value is not { ValueKind: JsonValueKind.String } value || value.GetString()!.Length > 0))
        {
            Assert.That(json.GetProperty(member.Name).ToString(), Is.EqualTo(member.Value.ToString()), member.Name);
        }
    }

    [TestCase("web", "https://a.example/cb", "https://b.example/cb")]
    [TestCase("native", "com.example.app:/cb")]
    [TestCase("native", "http://[::1]/cb")]
    [TestCase("native", "https://a.example/cb", "cursor://a.b/cb")]
    public async Task What_kind_of_application_it_is_follows_from_where_it_is_reached(string type, params string[] redirectUris)
    {
        var (_, json, _) = await PostAsync(JsonSerializer.Serialize(new { redirect_uris = redirectUris, token_endpoint_auth_method = "none" }));

        Assert.That(json.GetProperty("application_type").GetString(), Is.EqualTo(type));
    }

    [TestCase("http://localhost:40123/callback", null, "http://localhost:50000/callback", true)]
    [TestCase("http://localhost/callback", null, "http://localhost:50000/callback", true)]
    [TestCase("http://127.0.0.1:40123/callback", "native", "http://127.0.0.1/callback", true)]
    [TestCase("http://localhost:40123/callback", null, "http://127.0.0.1:40123/callback", false)]
    [TestCase("http://localhost:40123/callback", null, "http://localhost:40123/other", false)]
    [TestCase("http://localhost:40123/callback", "web", "http://localhost:50000/callback", false)]
    [TestCase("https://a.example/callback", null, "https://a.example:8443/callback", false)]
    public async Task A_native_client_comes_back_on_any_port_of_loopback(string registered, string? type, string requested, bool accepted)
    {
        var (_, json, _) = await PostAsync(JsonSerializer.Serialize(new { redirect_uris = new[] { registered }, application_type = type, token_endpoint_auth_method = "none" }));
        var id = json.GetProperty("client_id").GetString();

        using var response = await _http.GetAsync(
            $"/connect/authorize?client_id={id}&response_type=code&scope=openid&code_challenge={new string('x', 43)}&code_challenge_method=S256&redirect_uri={Uri.EscapeDataString(requested)}");

        Assert.That(response.StatusCode, accepted ? Is.EqualTo(HttpStatusCode.Redirect) : Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(response.Headers.Location?.ToString() ?? "", Does.Not.StartWith(requested));
    }

    [TestCase("code_challenge_method=plain")]
    [TestCase("code_challenge_method=")]
    [TestCase("")]
    public async Task A_registered_client_must_use_PKCE_with_S256(string parameters)
    {
        var (_, json, _) = await PostAsync("""{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"client_secret_post"}""");
        var challenge = parameters.Length is 0 ? "" : $"&code_challenge={new string('x', 43)}&{parameters}";

        using var response = await _http.GetAsync(
            $"/connect/authorize?client_id={json.GetProperty("client_id").GetString()}&response_type=code&scope=openid&prompt=none&redirect_uri=https%3A%2F%2Fa.example%2Fcb{challenge}");

        Assert.That(response.Headers.Location?.ToString(), Does.StartWith("https://a.example/cb?error=invalid_request&"));
    }

    // RFC 9700 §4.15: a client with the identifier of a user could be taken for them.
    [TestCase("none")]
    [TestCase("client_secret_post")]
    public async Task A_client_does_not_choose_its_identifier(string method)
    {
        var user = Guid.NewGuid().ToString("N");
        var (status, json, _) = await PostAsync(JsonSerializer.Serialize(new
        {
            client_id = user,
            sub = user,
            client_secret = user,
            redirect_uris = new[] { "https://a.example/chosen" },
            token_endpoint_auth_method = method,
        }));

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created), json.ToString());
        Assert.That(json.GetProperty("client_id").GetString(), Does.Match("^[A-Za-z0-9_-]{22}$").And.Not.EqualTo(user));
        Assert.That(json.ToString(), Does.Not.Contain(user));
    }

    [Test]
    public async Task A_registration_survives_a_restart()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.CreateClient();
        using var content = new StringContent("""{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"client_secret_post"}""", Encoding.UTF8, "application/json");
        using var response = await http.PostAsync("/connect/register", content);
        var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        await server.RestartAsync();

        foreach (var (secret, error) in new[] { (json.GetProperty("client_secret").GetString()!, "invalid_grant"), ("guessed", "invalid_client") })
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token",
                ["refresh_token"] = "none",
                ["client_id"] = json.GetProperty("client_id").GetString()!,
                ["client_secret"] = secret,
            });
            using var answer = await http.PostAsync("/connect/token", form);
            Assert.That(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString(), Is.EqualTo(error));
        }
    }

    private async Task<(HttpStatusCode Status, JsonElement Json, HttpResponseMessage Response)> PostAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var response = await _http.PostAsync("/connect/register", content);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement, response);
    }

    private string ReadAllFiles()
    {
        var text = new StringBuilder();
        foreach (var name in _server.Files.Where(name => name.EndsWith(".json", StringComparison.Ordinal) || name.EndsWith(".jsonl", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(new FileStream(Path.Combine(_server.StorageDirectory, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            text.Append(reader.ReadToEnd());
        }

        return text.ToString();
    }

    private static IEnumerable<string?> Strings(JsonElement json, string member) => json.GetProperty(member).EnumerateArray().Select(item => item.GetString());
}
