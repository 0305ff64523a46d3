using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Tokens;

/// <summary>A server at some address, people with browsers, and clients that registered themselves, as they all speak to it over HTTP.</summary>
internal abstract class ClientScene : IAsyncDisposable
{
    public const string RedirectUri = "https://client.example/callback";

    private readonly Uri _server;
    private readonly HttpClient _http;
    private readonly ResponseRecorder? _recorder;
    private readonly string _askedVerifier = CreateVerifier();
    private int _registrations;

    /// <param name="server">The address of the server.</param>
    /// <param name="recorder">Keeps what the server answers.</param>
    protected ClientScene(Uri server, ResponseRecorder? recorder = null)
        => (_server, _recorder, _http) = (server, recorder, new HttpClient(CreateHandler(recorder)) { BaseAddress = server });

    /// <summary>A person with a browser of their own.</summary>
    public HttpBrowser OpenBrowser() => new(_server, CreateHandler(_recorder));

    /// <summary>Registers a client, which authenticates by the method given.</summary>
    public async Task<TestClient> RegisterAsync(string method = "none", string[]? grantTypes = null, string redirectUri = RedirectUri)
    {
        using var response = await _http.PostAsJsonAsync("/connect/register", new Dictionary<string, object?>
        {
            // Each is a client of its own: public ones that ask for the same would share one.
            ["client_name"] = $"Client {Interlocked.Increment(ref _registrations)}",
            ["redirect_uris"] = new[] { redirectUri },
            ["token_endpoint_auth_method"] = method,
            ["grant_types"] = grantTypes ?? ["authorization_code", "refresh_token"],
        });
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created), json.ToString());
        return new TestClient(
            json.GetProperty("client_id").GetString()!,
            method,
            json.TryGetProperty("client_secret", out var secret) ? secret.GetString() : null,
            json.TryGetProperty("registration_access_token", out var token) ? token.GetString() : null);
    }

    /// <summary>Lets the user sign in and agree, and returns the code.</summary>
    public async Task<AuthorizationCode> AuthorizeAsync(TestClient client, string scope = "openid profile email", string? resource = null, string user = Scene.UserName)
    {
        var verifier = CreateVerifier();
        using var browser = OpenBrowser();
        var answer = Scene.Answer(await browser.AuthorizeAsync(AuthorizeUrl(client, scope, resource, prompt: null, verifier), user, Scene.Password));
        Assert.That(answer, Does.ContainKey("code"), string.Join(", ", answer));
        return new AuthorizationCode(answer["code"]!, verifier);
    }

    /// <summary>Sends a browser that is signed in with an authorization request: to the question, or back to the client where there is none.</summary>
    public Task<BrowserPage> AskAsync(TestClient client, HttpBrowser browser, string scope, string? resource = null, string? prompt = null)
        => browser.GoAsync(AuthorizeUrl(client, scope, resource, prompt, _askedVerifier));

    /// <summary>The address of such a request, for a browser of another kind.</summary>
    public Uri AskAddress(TestClient client, string scope, string? redirectUri = null)
        => AuthorizeUrl(client, scope, resource: null, prompt: null, _askedVerifier, redirectUri);

    /// <summary>The code with which the browser came back to the client after <see cref="AskAsync"/>.</summary>
    public AuthorizationCode CodeOf(BrowserPage page)
    {
        Assert.That(page.LeftFor, Is.Not.Null, page.Text);
        return CodeOf(page.LeftFor!);
    }

    /// <summary>The code with which a browser came to the client at this address.</summary>
    public AuthorizationCode CodeOf(Uri address) => new(Scene.Answer(address)["code"]!, _askedVerifier);

    private Uri AuthorizeUrl(TestClient client, string scope, string? resource, string? prompt, string verifier, string? redirectUri = null)
    {
        var query = new Dictionary<string, string?>
        {
            ["client_id"] = client.Id,
            ["response_type"] = "code",
            ["redirect_uri"] = redirectUri ?? RedirectUri,
            ["scope"] = scope,
            ["resource"] = resource,
            ["prompt"] = prompt,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
        };
        return new Uri(_server, QueryHelpers.AddQueryString("/connect/authorize", query.Where(parameter => parameter.Value is not null)));
    }

    private static string CreateVerifier() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Goes the whole way to tokens.</summary>
    public async Task<Tokens> ConnectAsync(TestClient client, string scope = "openid profile email", string? resource = null, string user = Scene.UserName)
        => Tokens.From(await ExchangeAsync(client, await AuthorizeAsync(client, scope, resource, user)));

    public Task<Answer> ExchangeAsync(TestClient client, AuthorizationCode code, string? resource = null) => PostAsync("/connect/token", client, new()
    {
        ["grant_type"] = "authorization_code",
        ["code"] = code.Value,
        ["redirect_uri"] = RedirectUri,
        ["code_verifier"] = code.Verifier,
        ["resource"] = resource,
    });

    public Task<Answer> RefreshAsync(TestClient client, string refreshToken, string? scope = null, string? resource = null) => PostAsync("/connect/token", client, new()
    {
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = refreshToken,
        ["scope"] = scope,
        ["resource"] = resource,
    });

    public Task<Answer> RevokeAsync(TestClient client, string token) => PostAsync("/connect/revoke", client, new() { ["token"] = token });

    public Task<Answer> IntrospectAsync(TestClient client, string token) => PostAsync("/connect/introspect", client, new() { ["token"] = token });

    public async Task<bool> IsActiveAsync(TestClient client, string token)
    {
        var answer = await IntrospectAsync(client, token);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        return answer.Json.GetProperty("active").GetBoolean();
    }

    public async Task<Answer> UserInfoAsync(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo") { Headers = { Authorization = new("Bearer", accessToken) } };
        return await SendAsync(request);
    }

    public async Task<Answer> PostAsync(string path, TestClient client, Dictionary<string, string?> parameters)
    {
        AuthenticationHeaderValue? authorization = null;
        if (client is { Method: "client_secret_basic" })
        {
            authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.Id}:{client.Secret}")));
        }
        else
        {
            parameters["client_id"] = client.Id;
            parameters["client_secret"] = client.Secret;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(parameters.Where(parameter => parameter.Value is not null).Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value!))),
            Headers = { Authorization = authorization },
        };
        return await SendAsync(request);
    }

    /// <summary>Sends what need not be answered in JSON.</summary>
    public async Task SendRawAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await _http.SendAsync(request);
        }
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.Length is 0 ? default : JsonDocument.Parse(text).RootElement, response.Headers);
    }

    private static HttpMessageHandler CreateHandler(ResponseRecorder? recorder)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        return recorder is null ? handler : recorder.Listen(handler);
    }

    /// <inheritdoc />
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A client as it was registered.</summary>
internal sealed record TestClient(string Id, string Method, string? Secret, string? ManagementToken = null);

/// <summary>A code, and what proves that it was asked for.</summary>
internal sealed record AuthorizationCode(string Value, string Verifier);

/// <summary>What an endpoint answered.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonElement Json, HttpResponseHeaders Headers)
{
    public string? Error => Json.ValueKind is JsonValueKind.Object && Json.TryGetProperty("error", out var error) ? error.GetString() : null;
}

/// <summary>What a token response gave.</summary>
internal sealed record Tokens(string AccessToken, string? RefreshToken, string? IdToken, string Scope)
{
    /// <summary>The connection to which they belong.</summary>
    public string AuthorizationId => Claims(AccessToken).GetProperty("oi_au_id").GetString()!;

    public static Tokens From(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.Json.ToString());
        return new(
            answer.Json.GetProperty("access_token").GetString()!,
            answer.Json.TryGetProperty("refresh_token", out var refreshToken) ? refreshToken.GetString() : null,
            answer.Json.TryGetProperty("id_token", out var idToken) ? idToken.GetString() : null,
            answer.Json.GetProperty("scope").GetString()!);
    }

    /// <summary>The claims of a JWT.</summary>
    public static JsonElement Claims(string token) => JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;
}
