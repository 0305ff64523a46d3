using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using OpenIddict.Abstractions;

namespace Identity.Tests.Tokens;

/// <summary>A server, people with browsers, and clients that registered themselves, as they all speak to it over HTTP.</summary>
internal sealed class TokenScene : IAsyncDisposable
{
    public const string RedirectUri = "https://client.example/callback";

    private readonly Scene _scene;
    private readonly HttpClient _http;

    private TokenScene(Scene scene) => (_scene, _http) = (scene, scene.Server.CreateClient());

    public TestServer Server => _scene.Server;

    public FakeTimeProvider Time => Server.Time;

    public static async Task<TokenScene> StartAsync(params string[] arguments) => new(await Scene.StartAsync(arguments));

    public static async Task<TokenScene> StartAsync(Action<WebApplicationBuilder> configure) => new(await Scene.StartAsync(configure));

    public Task ChangeUserAsync(Action<Identity.Stores.FileSystem.Models.User> change) => _scene.ChangeUserAsync(Scene.UserName, change);

    public Task AddUserAsync(string name) => _scene.AddUserAsync(name);

    public async Task DeleteUserAsync()
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<Identity.Stores.FileSystem.Models.User>>();
        var result = await users.DeleteAsync((await users.FindByNameAsync(Scene.UserName))!);
        Assert.That(result.Succeeded, result.ToString());
    }

    /// <summary>Registers a client, which authenticates by the method given.</summary>
    public async Task<TestClient> RegisterAsync(string method = "none", string[]? grantTypes = null)
    {
        using var response = await _http.PostAsJsonAsync("/connect/register", new Dictionary<string, object?>
        {
            ["redirect_uris"] = new[] { RedirectUri },
            ["token_endpoint_auth_method"] = method,
            ["grant_types"] = grantTypes ?? ["authorization_code", "refresh_token"],
        });
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created), json.ToString());
        return new TestClient(json.GetProperty("client_id").GetString()!, method, json.TryGetProperty("client_secret", out var secret) ? secret.GetString() : null);
    }

    /// <summary>Lets the user sign in and agree, and returns the code.</summary>
    public async Task<AuthorizationCode> AuthorizeAsync(TestClient client, string scope = "openid profile email", string? resource = null, string user = Scene.UserName)
    {
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var query = new Dictionary<string, string?>
        {
            ["client_id"] = client.Id,
            ["response_type"] = "code",
            ["redirect_uri"] = RedirectUri,
            ["scope"] = scope,
            ["resource"] = resource,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
        };
        using var browser = _scene.OpenBrowser();
        var answer = Scene.Answer(await browser.AuthorizeAsync(
            new Uri(Server.Address, QueryHelpers.AddQueryString("/connect/authorize", query.Where(parameter => parameter.Value is not null))), user, Scene.Password));
        Assert.That(answer, Does.ContainKey("code"), string.Join(", ", answer));
        return new AuthorizationCode(answer["code"]!, verifier);
    }

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

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.Length is 0 ? default : JsonDocument.Parse(text).RootElement, response.Headers);
    }

    /// <summary>The state of every token of a connection, as the running server holds it, by type and in the order of creation.</summary>
    public async Task<IReadOnlyList<(string Type, string Status)>> ListTokensAsync(string authorizationId)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var tokens = scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>();
        List<(string, string)> found = [];
        await foreach (var token in tokens.FindByAuthorizationIdAsync(authorizationId))
        {
            found.Add(((await tokens.GetTypeAsync(token))!.Split(':')[^1], (await tokens.GetStatusAsync(token))!));
        }

        return found;
    }

    /// <summary>The state of a connection itself.</summary>
    public async Task<string?> GetConnectionStatusAsync(string authorizationId)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var authorizations = scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>();
        return await authorizations.FindByIdAsync(authorizationId) is { } authorization ? await authorizations.GetStatusAsync(authorization) : null;
    }

    /// <summary>The text of a file in the storage directory; call after the server was stopped.</summary>
    public string ReadFile(string name) => File.ReadAllText(Path.Combine(Server.StorageDirectory, name));

    /// <summary>Everything in the storage directory, keys aside, as text.</summary>
    public string ReadAllFiles()
    {
        var text = new StringBuilder();
        foreach (var name in Server.Files.Where(name => !name.StartsWith("keys", StringComparison.Ordinal) && !name.StartsWith('.')))
        {
            using var stream = new FileStream(Path.Combine(Server.StorageDirectory, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            text.Append(reader.ReadToEnd());
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _scene.DisposeAsync();
    }
}

/// <summary>A client as it was registered.</summary>
internal sealed record TestClient(string Id, string Method, string? Secret);

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
