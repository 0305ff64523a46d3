using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Tests.ClientDocuments;

/// <summary>A server, and a client that describes itself on a host of its own.</summary>
internal sealed class DocumentScene : IAsyncDisposable
{
    public const string Path = "/client.json";

    private DocumentScene(DocumentHost host, TokenScene scene) => (Host, Scene) = (host, scene);

    public DocumentHost Host { get; }

    public TokenScene Scene { get; }

    public TestServer Server => Scene.Server;

    /// <summary>The client's identifier.</summary>
    public string ClientId => Host.AddressOf(Path);

    /// <summary>The client as one that proves nothing.</summary>
    public TestClient Client => new(ClientId, "none", null);

    /// <summary>Starts both; the client's document is there, and a public client's.</summary>
    public static async Task<DocumentScene> StartAsync(params string[] arguments)
    {
        var host = await DocumentHost.StartAsync();
        var scene = await TokenScene.StartAsync(builder => host.Introduce(builder.Services), [DocumentHost.Allowed, .. arguments]);
        var started = new DocumentScene(host, scene);
        started.Publish();
        return started;
    }

    /// <summary>Publishes the document, with members in place of the usual ones; null leaves one out.</summary>
    public void Publish(params (string Name, object? Value)[] members)
    {
        var document = new Dictionary<string, object?>
        {
            ["client_id"] = ClientId,
            ["client_name"] = "Self-described",
            ["redirect_uris"] = new[] { ClientScene.RedirectUri },
            ["token_endpoint_auth_method"] = "none",
        };
        foreach (var (name, value) in members)
        {
            document[name] = value;
        }

        Host.MapJson(Path, JsonSerializer.Serialize(document.Where(member => member.Value is not null).ToDictionary()), "max-age=300");
    }

    /// <summary>Lets so much time pass that the document is no longer fresh.</summary>
    public void OutliveDocument() => Scene.Time.Advance(TimeSpan.FromMinutes(6));

    public Task<BrowserPage> OpenAuthorizeAsync(HttpBrowser browser, params (string Name, string? Value)[] parameters) => browser.GoAsync(
        new Uri(Server.Address, Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString(
            "/connect/authorize", Infrastructure.Scene.Parameters(ClientScene.RedirectUri, [("client_id", ClientId), .. parameters]))));

    /// <summary>A browser in which the user is signed in.</summary>
    public async Task<HttpBrowser> SignInAsync()
    {
        var browser = Scene.OpenBrowser();
        await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), Infrastructure.Scene.UserName, Infrastructure.Scene.Password);
        return browser;
    }

    /// <summary>What of the client is on disk, as text.</summary>
    public string ReadDisk() => Scene.ReadAllFiles();

    public Task<Answer> RefreshAsync(string refreshToken, string? assertion, string path = "/connect/token") => Scene.PostAsync(path, Client, new()
    {
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = refreshToken,
        ["client_assertion"] = assertion,
        ["client_assertion_type"] = assertion is null ? null : "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    });

    public static void AssertRefused(Answer answer)
        => Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")), answer.Json.ToString());

    public async ValueTask DisposeAsync()
    {
        await Scene.DisposeAsync();
        await Host.DisposeAsync();
    }
}

/// <summary>A client's key, with which it signs its assertions.</summary>
internal sealed class ClientKey : IDisposable
{
    private readonly AsymmetricAlgorithm _algorithm;
    private readonly SecurityKey _key;

    public ClientKey(string id, bool isRsa = false)
    {
        if (isRsa)
        {
            var rsa = RSA.Create(2048);
            (_algorithm, _key) = (rsa, new RsaSecurityKey(rsa) { KeyId = id });
        }
        else
        {
            var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            (_algorithm, _key) = (ecdsa, new ECDsaSecurityKey(ecdsa) { KeyId = id });
        }
    }

    /// <summary>The public half, as a key set publishes it.</summary>
    public object Public
    {
        get
        {
            var key = JsonWebKeyConverter.ConvertFromSecurityKey(_key);
            return key.Kty is "RSA"
                ? new { kty = key.Kty, kid = key.Kid, n = key.N, e = key.E }
                : new { kty = key.Kty, kid = key.Kid, crv = key.Crv, x = key.X, y = key.Y };
        }
    }

    public static string Set(params ClientKey[] keys) => JsonSerializer.Serialize(new { keys = keys.Select(key => key.Public) });

    /// <summary>Signs an assertion of a client for an audience, with claims in place of the usual ones; null leaves one out.</summary>
    public string Sign(string clientId, Uri audience, DateTimeOffset now, string? algorithm = null, string? type = "JWT", params (string Name, object? Value)[] claims)
    {
        var all = new Dictionary<string, object?>
        {
            ["iss"] = clientId,
            ["sub"] = clientId,
            ["aud"] = audience.AbsoluteUri.TrimEnd('/'),
            ["jti"] = Guid.NewGuid().ToString(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in claims)
        {
            all[name] = value;
        }

        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Claims = all.Where(claim => claim.Value is not null).ToDictionary(claim => claim.Key, claim => claim.Value!),
            SigningCredentials = new SigningCredentials(_key, algorithm ?? (_key is RsaSecurityKey ? SecurityAlgorithms.RsaSha256 : SecurityAlgorithms.EcdsaSha256)),
            TokenType = type,
        });
    }

    public void Dispose() => _algorithm.Dispose();
}
