using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Identity.Tests.ClientDocuments;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;

namespace Identity.Tests.Clients;

/// <summary>Plays what a client sends to a server, and checks what it is told as strictly as the strictest of them.</summary>
internal sealed class ClientPlayer : IDisposable
{
    private readonly DocumentScene _scene;
    private readonly ClientShape _shape;
    private readonly HttpClient _http;
    private readonly ClientKey? _key;
    private readonly string _host;
    private readonly Uri? _issuer;
    private JsonElement _metadata;

    /// <param name="scene">The server.</param>
    /// <param name="shape">What the client sends.</param>
    /// <param name="issuer">What the server is called behind a proxy; null where it is asked by its own address.</param>
    public ClientPlayer(DocumentScene scene, ClientShape shape, Uri? issuer = null)
    {
        (_scene, _shape, _issuer) = (scene, shape, issuer);
        _host = scene.Host.AddressOf("/" + string.Concat(shape.Name.Where(char.IsAsciiLetter)));
        var handler = CreateHandler();
        Crossing = shape.Origin is { } origin ? new CrossOriginHandler(origin, handler) : null;
        _http = new HttpClient(Crossing is { } crossing ? crossing : handler) { BaseAddress = Address };
        _key = shape.Method is "private_key_jwt" ? new ClientKey("1", isRsa: true) : null;
    }

    /// <summary>The browser between the client and the server, where there is one.</summary>
    public CrossOriginHandler? Crossing { get; }

    /// <summary>The identifier of the client.</summary>
    public string ClientId { get; private set; } = "";

    private string? Secret { get; set; }

    private Uri Address => _issuer ?? _scene.Server.Address;

    private string Issuer => _metadata.GetProperty("issuer").GetString()!;

    /// <summary>Reads what the server says about itself, in both places.</summary>
    public async Task DiscoverAsync()
    {
        var path = Address.AbsolutePath.TrimEnd('/') + _shape.Suffix;
        var first = await GetAsync("/.well-known/oauth-authorization-server" + path);
        var second = await GetAsync("/.well-known/openid-configuration" + path);
        Assert.That(first.Json.GetRawText(), Is.EqualTo(second.Json.GetRawText()));
        _metadata = first.Json;
        StrictJson.AssertFilled(_metadata);
        Assert.That(Issuer, Is.EqualTo(Address.AbsoluteUri.TrimEnd('/')));
        Assert.That(_metadata.EnumerateObject().Where(member => member.Name.EndsWith("_endpoint", StringComparison.Ordinal) || member.Name.EndsWith("_uri", StringComparison.Ordinal)),
            Is.Not.Empty.And.All.Matches<JsonProperty>(member => member.Value.GetString()!.StartsWith(Issuer + "/", StringComparison.Ordinal)));

        // Without which a client of one kind or another does not go on; and some take the first method for the one to use.
        var methods = StrictJson.Texts(_metadata, "token_endpoint_auth_methods_supported");
        Assert.That(methods, Has.ItemAt(0).EqualTo("none").And.Contains(_shape.Method));
        Assert.That(StrictJson.Texts(_metadata, "response_types_supported"), Is.EqualTo(new[] { "code" }));
        Assert.That(StrictJson.Texts(_metadata, "code_challenge_methods_supported"), Is.EqualTo(new[] { "S256" }));
        Assert.That(_metadata.GetProperty("client_id_metadata_document_supported").GetBoolean(), Is.True);
        Assert.That(_metadata.GetProperty("authorization_response_iss_parameter_supported").GetBoolean(), Is.True);
        Assert.That((await GetAsync(Endpoint("jwks_uri"))).Json.GetProperty("keys").GetArrayLength(), Is.Positive);
    }

    /// <summary>Registers, or publishes its document.</summary>
    public async Task IntroduceAsync()
    {
        if (_shape.IsDocument)
        {
            Publish();
            return;
        }

        for (var number = 0; number < _shape.Registrations; number++)
        {
            await RegisterAsync();
        }
    }

    /// <summary>The address to which it sends its user.</summary>
    /// <param name="query">What it asks for.</param>
    /// <param name="verifier">What proves later that it asked.</param>
    public Uri AuthorizeUrl(string query, string verifier)
    {
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var scopes = string.Join('+', StrictJson.Texts(_metadata, "scopes_supported").Select(Uri.EscapeDataString));
        return new($"{Endpoint("authorization_endpoint")}?response_type=code&client_id={Uri.EscapeDataString(ClientId)}&redirect_uri={Uri.EscapeDataString(_shape.RedirectUri)}"
            + $"&state=5f2a-_%2B%2F%3D&code_challenge={challenge}&code_challenge_method=S256&{query.Replace("{scopes}", scopes, StringComparison.Ordinal)}");
    }

    /// <summary>Lets a user connect it in a new browser, and returns what the server told it at its redirect URI.</summary>
    /// <param name="query">What it asks for.</param>
    public async Task<AuthorizationCode> AuthorizeAsync(string query)
    {
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        using var browser = new HttpBrowser(Address, CreateHandler());
        var address = await browser.AuthorizeAsync(AuthorizeUrl(query, verifier), Scene.UserName, Scene.Password);

        Assert.That(address.OriginalString, Does.StartWith(_shape.RedirectUri + "?"));
        var answer = Scene.Answer(address);
        Assert.That(answer, Does.ContainKey("code"), address.OriginalString);
        Assert.That((answer["iss"], answer["state"]), Is.EqualTo((Issuer, "5f2a-_+/=")));
        return new AuthorizationCode(answer["code"]!, verifier);
    }

    /// <summary>Redeems the code.</summary>
    public Task<Answer> ExchangeAsync(AuthorizationCode code) => PostAsync(
        "token_endpoint",
        $"grant_type=authorization_code&code={code.Value}&code_verifier={code.Verifier}&redirect_uri={Uri.EscapeDataString(_shape.RedirectUri)}&resource={Uri.EscapeDataString(_shape.Resource)}");

    /// <summary>Refreshes.</summary>
    public Task<Answer> RefreshAsync(string refreshToken) => PostAsync("token_endpoint", $"grant_type=refresh_token&refresh_token={refreshToken}&resource={Uri.EscapeDataString(_shape.Resource)}");

    /// <summary>Gives its connection up.</summary>
    public Task<Answer> RevokeAsync(string refreshToken) => PostAsync("revocation_endpoint", $"token={refreshToken}&token_type_hint=refresh_token");

    /// <summary>Checks a token response, and returns its refresh token.</summary>
    /// <param name="answer">The response.</param>
    /// <param name="scope">The scopes that it must give.</param>
    public string Receive(Answer answer, string scope)
    {
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.Json.ToString());
        StrictJson.AssertFilled(answer.Json);
        Assert.That(answer.Headers.CacheControl?.NoStore, Is.True);
        var tokens = Tokens.Tokens.From(answer);
        Assert.That(answer.Json.GetProperty("token_type").GetString(), Is.EqualTo("Bearer"));
        Assert.That(answer.Json.GetProperty("expires_in").TryGetInt64(out var seconds) && seconds > 0, answer.Json.ToString());
        Assert.That(tokens.Scope.Split(' '), Is.EquivalentTo(scope.Split(' ')));

        var claims = Tokens.Tokens.Claims(tokens.AccessToken);
        Assert.That(claims.GetProperty("iss").GetString(), Is.EqualTo(Issuer));
        Assert.That(claims.GetProperty("aud").GetString(), Is.EqualTo(_shape.Audience));
        Assert.That(claims.GetProperty("client_id").GetString(), Is.EqualTo(ClientId));
        Assert.That(claims.GetProperty("scope").GetString(), Is.EqualTo(tokens.Scope));
        Assert.That(tokens.IdToken is null ? null : Tokens.Tokens.Claims(tokens.IdToken).GetProperty("iss").GetString(), tokens.IdToken is null ? Is.Null : Is.EqualTo(Issuer));
        Assert.That(tokens.IdToken is not null, Is.EqualTo(scope.Split(' ').Contains("openid")));
        return tokens.RefreshToken!;
    }

    public void Dispose()
    {
        _http.Dispose();
        _key?.Dispose();
    }

    private HttpMessageHandler CreateHandler() => _issuer is null ? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false } : new ProxyHandler(_scene.Server.Address);

    private void Publish()
    {
        ClientId = $"{_host}/client.json";
        _scene.Host.MapJson(new Uri(ClientId).AbsolutePath, _shape.Metadata.Replace("{client}", ClientId, StringComparison.Ordinal).Replace("{host}", _host, StringComparison.Ordinal), "max-age=300");
        if (_key is not null)
        {
            _scene.Host.MapJson(new Uri($"{_host}/jwks.json").AbsolutePath, ClientKey.Set(_key), "max-age=300");
        }
    }

    private async Task RegisterAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint("registration_endpoint"))
        {
            Content = new StringContent(_shape.Metadata, Encoding.UTF8, "application/json"),
        };
        var answer = await SendAsync(request);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), answer.Json.ToString());
        RegistrationSchema.Check(JsonDocument.Parse(_shape.Metadata).RootElement, answer.Json);
        Assert.That(answer.Json.GetProperty("application_type").GetString(), Is.EqualTo(_shape.ApplicationType));
        Assert.That(answer.Json.GetProperty("token_endpoint_auth_method").GetString(), Is.EqualTo(_shape.Method));
        ClientId = answer.Json.GetProperty("client_id").GetString()!;
        Secret = answer.Json.TryGetProperty("client_secret", out var secret) ? secret.GetString() : null;
    }

    private async Task<Answer> PostAsync(string endpoint, string form)
    {
        AuthenticationHeaderValue? authorization = null;
        switch (_shape.Method)
        {
            // As it is: without the form encoding of RFC 6749, section 2.3.1.
            case "client_secret_basic":
                authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{Secret}")));
                break;
            case "client_secret_post":
                form += $"&client_id={ClientId}&client_secret={Secret}";
                break;
            case "private_key_jwt":
                form += $"&client_id={Uri.EscapeDataString(ClientId)}&client_assertion_type={Uri.EscapeDataString("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")}"
                    + $"&client_assertion={_key!.Sign(ClientId, new Uri(Issuer), _scene.Scene.Time.GetUtcNow())}";
                break;
            default:
                form += $"&client_id={Uri.EscapeDataString(ClientId)}";
                break;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint(endpoint))
        {
            Content = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded"),
            Headers = { Authorization = authorization },
        };
        return await SendAsync(request);
    }

    private async Task<Answer> GetAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        var answer = await SendAsync(request);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), address);
        return answer;
    }

    private async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.Content.Headers.ContentType?.MediaType, text.Length is 0 ? Is.Null : Is.EqualTo("application/json"), text);
        return new Answer(response.StatusCode, text.Length is 0 ? default : JsonDocument.Parse(text).RootElement, response.Headers);
    }

    private string Endpoint(string name) => _metadata.GetProperty(name).GetString()! + _shape.Suffix;
}
