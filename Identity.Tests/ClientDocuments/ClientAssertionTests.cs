using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Identity.Server.ClientDocuments.Fetching;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;

namespace Identity.Tests.ClientDocuments;

/// <summary>Clients that prove who they are by a signature.</summary>
public sealed class ClientAssertionTests
{
    private DocumentScene _scene = null!;
    private ClientKey _key = null!;
    private string _refreshToken = null!;

    private string KeysAddress => _scene.Host.AddressOf("/jwks.json", DocumentHost.OtherName);

    // As ChatGPT does: one method named, two supported.
    [SetUp]
    public async Task StartAsync()
    {
        _scene = await DocumentScene.StartAsync();
        _key = new ClientKey("1");
        _scene.Host.MapJson("/jwks.json", ClientKey.Set(_key), "max-age=3600");
        PublishBoth();
        _refreshToken = (await _scene.Scene.ConnectAsync(_scene.Client)).RefreshToken!;
    }

    [TearDown]
    public async Task StopAsync()
    {
        _key.Dispose();
        await _scene.DisposeAsync();
    }

    [Test]
    public async Task A_client_with_both_methods_comes_as_it_likes_and_an_assertion_must_be_good_whenever_there_is_one()
    {
        await RefreshAsync(Sign());
        await RefreshAsync(null);
        DocumentScene.AssertRefused(await _scene.RefreshAsync(_refreshToken, Sign(("aud", "https://other.example"))));
        await RefreshAsync(Sign());
    }

    [Test]
    public async Task A_client_with_one_method_must_use_it()
    {
        _scene.Publish(("token_endpoint_auth_method", "private_key_jwt"), ("jwks_uri", KeysAddress));
        _scene.OutliveDocument();
        await RefreshAsync(Sign());
        DocumentScene.AssertRefused(await _scene.RefreshAsync(_refreshToken, assertion: null));
        var pushed = await PushAsync(assertion: null);
        DocumentScene.AssertRefused(pushed);
        Assert.That((await PushAsync(Sign())).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task A_client_that_always_had_one_method_is_kept_at_its_consent_and_exchanges_its_code_by_it()
    {
        await using var scene = await DocumentScene.StartAsync();
        scene.Publish(("token_endpoint_auth_method", "private_key_jwt"), ("jwks", new { keys = new[] { _key.Public } }));
        var code = await scene.Scene.AuthorizeAsync(scene.Client);
        DocumentScene.AssertRefused(await scene.Scene.ExchangeAsync(scene.Client, code));
        var answer = await scene.Scene.PostAsync("/connect/token", scene.Client, new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code.Value,
            ["redirect_uri"] = ClientScene.RedirectUri,
            ["code_verifier"] = code.Verifier,
            ["client_assertion"] = _key.Sign(scene.ClientId, scene.Server.Address, scene.Scene.Time.GetUtcNow()),
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        });
        var tokens = Tokens.Tokens.From(answer);
        await scene.Server.RestartAsync();
        DocumentScene.AssertRefused(await scene.RefreshAsync(tokens.RefreshToken!, assertion: null));
        Tokens.Tokens.From(await scene.RefreshAsync(tokens.RefreshToken!, _key.Sign(scene.ClientId, scene.Server.Address, scene.Scene.Time.GetUtcNow())));
    }

    [Test]
    public async Task A_client_without_keys_is_not_believed()
    {
        await using var scene = await DocumentScene.StartAsync();
        var tokens = await scene.Scene.ConnectAsync(scene.Client);
        DocumentScene.AssertRefused(await scene.RefreshAsync(tokens.RefreshToken!, _key.Sign(scene.ClientId, scene.Server.Address, scene.Scene.Time.GetUtcNow())));
        Tokens.Tokens.From(await scene.RefreshAsync(tokens.RefreshToken!, assertion: null));
    }

    [Test]
    public async Task No_assertion_is_taken_twice()
    {
        var assertion = Sign();
        await RefreshAsync(assertion);
        DocumentScene.AssertRefused(await _scene.RefreshAsync(_refreshToken, assertion));

        // As the same statement under another signature, too.
        var claims = Tokens.Tokens.Claims(assertion);
        DocumentScene.AssertRefused(await _scene.RefreshAsync(_refreshToken, Sign(("jti", claims.GetProperty("jti").GetString()))));
    }

    [Test]
    public async Task The_issuer_and_the_endpoints_are_the_audience_whichever_type_is_named()
    {
        foreach (var type in new[] { null, "JWT", "client-authentication+jwt" })
        {
            foreach (var audience in new[] { "", "/", "/connect/token" })
            {
                await RefreshAsync(_key.Sign(_scene.ClientId, _scene.Server.Address, Now, type: type, claims: ("aud", _scene.Server.Address.AbsoluteUri.TrimEnd('/') + audience)));
            }
        }
    }

    [Test]
    public async Task A_bad_assertion_is_refused_whatever_is_wrong_with_it()
    {
        using var other = new ClientKey("1");
        var good = Sign();
        var faults = new Dictionary<string, string>
        {
            ["another server"] = Sign(("aud", "https://other.example")),
            ["two audiences"] = Sign(("aud", new[] { _scene.Server.Address.AbsoluteUri.TrimEnd('/'), "https://other.example" })),
            ["no audience"] = Sign(("aud", null)),
            ["another issuer"] = Sign(("iss", "https://other.example/client.json")),
            ["another subject"] = Sign(("sub", "somebody")),
            ["another client"] = Sign(("iss", "https://other.example/client.json"), ("sub", "https://other.example/client.json")),
            ["no jti"] = Sign(("jti", null)),
            ["a very long jti"] = Sign(("jti", new string('1', 257))),
            ["no exp"] = Sign(("exp", null)),
            ["expired"] = Sign(("exp", Now.AddMinutes(-2).ToUnixTimeSeconds())),
            ["good for a day"] = Sign(("exp", Now.AddDays(1).ToUnixTimeSeconds())),
            ["not valid yet"] = Sign(("nbf", Now.AddMinutes(2).ToUnixTimeSeconds())),
            ["issued later"] = Sign(("iat", Now.AddMinutes(2).ToUnixTimeSeconds())),
            ["another type"] = _key.Sign(_scene.ClientId, _scene.Server.Address, Now, type: "at+jwt"),
            ["HMAC with the public key"] = HmacSigned(),
            ["another key"] = other.Sign(_scene.ClientId, _scene.Server.Address, Now),
            ["another signature"] = good[..^4] + (good.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA"),
            ["no signature"] = good[..(good.LastIndexOf('.') + 1)],
            ["no token"] = "text",
        };
        foreach (var (fault, assertion) in faults)
        {
            var answer = await _scene.RefreshAsync(_refreshToken, assertion);
            Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")), fault);
        }

        var misnamed = await _scene.Scene.PostAsync("/connect/token", _scene.Client, new()
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = _refreshToken,
            ["client_assertion"] = good,
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        });
        DocumentScene.AssertRefused(misnamed);

        // None of them has used up the good one.
        await RefreshAsync(good);
    }

    [Test]
    public async Task A_client_may_leave_its_identifier_to_the_assertion()
    {
        using var http = _scene.Server.CreateClient();
        using var response = await http.PostAsync("/connect/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = _refreshToken,
            ["client_assertion"] = Sign(),
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task A_client_replaces_its_keys_and_is_believed_at_once_but_not_asked_for_every_name_of_a_key()
    {
        await RefreshAsync(Sign());
        using var next = new ClientKey("2");
        _scene.Host.MapJson("/jwks.json", ClientKey.Set(_key, next), "max-age=3600");
        _scene.Scene.Time.Advance(TimeSpan.FromMinutes(1));
        await RefreshAsync(next.Sign(_scene.ClientId, _scene.Server.Address, Now));
        Assert.That(CountFetchesOfKeys(), Is.EqualTo(2));

        using var unknown = new ClientKey("3");
        for (var count = 0; count < 5; count++)
        {
            DocumentScene.AssertRefused(await _scene.RefreshAsync(_refreshToken, unknown.Sign(_scene.ClientId, _scene.Server.Address, Now)));
        }

        Assert.That(CountFetchesOfKeys(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_key_that_was_withdrawn_is_not_believed_any_more()
    {
        await RefreshAsync(Sign());
        using var next = new ClientKey("2");
        _scene.Host.MapJson("/jwks.json", ClientKey.Set(next), "max-age=3600");
        _scene.Scene.Time.Advance(TimeSpan.FromHours(1));
        DocumentScene.AssertRefused(await _scene.RefreshAsync(_refreshToken, Sign()));
        await RefreshAsync(next.Sign(_scene.ClientId, _scene.Server.Address, Now));
    }

    [Test]
    public async Task After_a_restart_it_is_believed_without_its_hosts()
    {
        _scene.Publish(("token_endpoint_auth_method", "private_key_jwt"), ("jwks_uri", KeysAddress));
        _scene.OutliveDocument();
        await RefreshAsync(Sign());
        await _scene.Server.StopAsync();
        await _scene.Host.StopAsync();
        await _scene.Server.StartAgainAsync();
        await RefreshAsync(Sign());
    }

    [TestCase(SecurityAlgorithms.RsaSha256)]
    [TestCase(SecurityAlgorithms.RsaSsaPssSha256)]
    public async Task RSA_keys_are_used_in_both_ways(string algorithm)
    {
        using var rsa = new ClientKey("rsa", isRsa: true);
        _scene.Host.MapJson("/jwks.json", ClientKey.Set(rsa));
        _scene.Scene.Time.Advance(TimeSpan.FromMinutes(1));
        await RefreshAsync(rsa.Sign(_scene.ClientId, _scene.Server.Address, Now, algorithm));
    }

    [Test]
    public async Task A_registered_client_is_believed_by_the_keys_at_its_address_and_after_a_restart_without_them()
    {
        await using (var scope = _scene.Server.Services.CreateAsyncScope())
        {
            var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
            var descriptor = new OpenIddictApplicationDescriptor();
            await applications.PopulateAsync(descriptor, (await applications.FindByClientIdAsync(Scene.ClientId))!);
            (descriptor.ClientType, descriptor.ClientSecret) = (OpenIddictConstants.ClientTypes.Confidential, "not used");
            descriptor.Properties["jwks_uri"] = JsonSerializer.SerializeToElement(KeysAddress);
            await applications.UpdateAsync((await applications.FindByClientIdAsync(Scene.ClientId))!, descriptor);
        }

        Assert.That((await PushRegisteredAsync()).Status, Is.EqualTo(HttpStatusCode.Created));
        await _scene.Server.StopAsync();
        await _scene.Host.StopAsync();
        await _scene.Server.StartAgainAsync();
        Assert.That((await PushRegisteredAsync()).Status, Is.EqualTo(HttpStatusCode.Created));
        _scene.Scene.Time.Advance(RemoteCopy<string>.Lifetime);
        DocumentScene.AssertRefused(await PushRegisteredAsync());
    }

    [Test]
    public async Task Metadata_say_that_documents_and_signatures_are_understood()
    {
        using var http = _scene.Server.CreateClient();
        var metadata = await http.GetFromJsonAsync<JsonElement>("/.well-known/oauth-authorization-server");
        Assert.That(metadata.GetProperty("client_id_metadata_document_supported").GetBoolean(), Is.True);
        Assert.That(
            metadata.GetProperty("token_endpoint_auth_methods_supported").EnumerateArray().Select(method => method.GetString()),
            Is.EqualTo(new[] { "none", "client_secret_post", "client_secret_basic", "private_key_jwt" }));
        Assert.That(
            metadata.GetProperty("token_endpoint_auth_signing_alg_values_supported").EnumerateArray().Select(algorithm => algorithm.GetString()),
            Is.SupersetOf(new[] { "RS256", "ES256", "PS256" }).And.None.StartsWith("HS").And.None.EqualTo("none"));
    }

    private DateTimeOffset Now => _scene.Scene.Time.GetUtcNow();

    private string Sign(params (string Name, object? Value)[] claims) => _key.Sign(_scene.ClientId, _scene.Server.Address, Now, claims: claims);

    private int CountFetchesOfKeys() => _scene.Host.Requests.Count(path => path is "/jwks.json");

    private void PublishBoth() => _scene.Publish(
        ("token_endpoint_auth_method", "private_key_jwt"),
        ("token_endpoint_auth_methods_supported", new[] { "none", "private_key_jwt" }),
        ("jwks_uri", KeysAddress));

    private async Task RefreshAsync(string? assertion) => _refreshToken = Tokens.Tokens.From(await _scene.RefreshAsync(_refreshToken, assertion)).RefreshToken!;

    private Task<Answer> PushAsync(string? assertion) => _scene.Scene.PostAsync("/connect/par", _scene.Client, Scene.Parameters(
        ClientScene.RedirectUri,
        ("client_id", _scene.ClientId),
        ("client_assertion", assertion),
        ("client_assertion_type", assertion is null ? null : "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")));

    private Task<Answer> PushRegisteredAsync() => _scene.Scene.PostAsync("/connect/par", new TestClient(Scene.ClientId, "private_key_jwt", null), Scene.Parameters(
        Scene.WebRedirectUri,
        ("client_assertion", _key.Sign(Scene.ClientId, _scene.Server.Address, Now)),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")));

    // The public key used as if it were a secret that both sides know.
    private string HmacSigned()
    {
        var good = Sign();
        var payload = good.Split('.')[1];
        var header = Base64UrlEncoder.Encode("""{"alg":"HS256","typ":"JWT","kid":"1"}""");
        var secret = System.Text.Encoding.UTF8.GetBytes(JsonSerializer.Serialize(_key.Public));
        var signature = System.Security.Cryptography.HMACSHA256.HashData(secret, System.Text.Encoding.ASCII.GetBytes($"{header}.{payload}"));
        return $"{header}.{payload}.{Base64UrlEncoder.Encode(signature)}";
    }
}
