using System.Net;
using System.Text;
using NUnit.Framework;

namespace Identity.Tests.Tokens;

/// <summary>The token endpoint, refreshes aside: codes, clients, and what is no token request.</summary>
internal sealed class TokenEndpointTests
{
    private TokenScene _scene = null!;

    [SetUp]
    public async Task SetUp() => _scene = await TokenScene.StartAsync();

    [TearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [TestCase("none")]
    [TestCase("client_secret_post")]
    [TestCase("client_secret_basic")]
    public async Task A_code_gives_tokens_and_the_scope_that_was_granted(string method)
    {
        var client = await _scene.RegisterAsync(method);

        var answer = await _scene.ExchangeAsync(client, await _scene.AuthorizeAsync(client, "openid profile"));

        var tokens = Tokens.From(answer);
        Assert.Multiple(() =>
        {
            Assert.That(tokens.RefreshToken, Has.Length.EqualTo(43));
            Assert.That(tokens.IdToken, Is.Not.Null);
            Assert.That(tokens.Scope.Split(' '), Is.EquivalentTo(new[] { "openid", "profile", "offline_access" }));
            Assert.That(answer.Json.GetProperty("expires_in").GetInt64(), Is.InRange(3599, 3600));
            Assert.That(answer.Json.GetProperty("token_type").GetString(), Is.EqualTo("Bearer"));
            Assert.That(answer.Headers.CacheControl?.NoStore, Is.True);
        });
    }

    [Test]
    public async Task An_access_token_names_nobody_but_the_subject()
    {
        var client = await _scene.RegisterAsync();
        var tokens = await _scene.ConnectAsync(client);

        var access = Tokens.Claims(tokens.AccessToken);
        var identity = Tokens.Claims(tokens.IdToken!);

        Assert.Multiple(() =>
        {
            Assert.That(access.GetProperty("sub").GetString(), Is.EqualTo(identity.GetProperty("sub").GetString()));
            Assert.That(access.GetProperty("client_id").GetString(), Is.EqualTo(client.Id));
            Assert.That(access.GetProperty("aud").GetString(), Is.EqualTo(access.GetProperty("iss").GetString()));
            Assert.That(access.TryGetProperty("preferred_username", out _), Is.False);
            Assert.That(access.TryGetProperty("email", out _), Is.False);
            Assert.That(identity.GetProperty("preferred_username").GetString(), Is.EqualTo("alice"));
            Assert.That(identity.GetProperty("aud").GetString(), Is.EqualTo(client.Id));
        });
    }

    [Test]
    public async Task A_client_that_is_not_registered_for_refreshing_gets_no_refresh_token()
    {
        var client = await _scene.RegisterAsync(grantTypes: ["authorization_code"]);

        var tokens = await _scene.ConnectAsync(client, "openid");

        Assert.That(tokens.RefreshToken, Is.Null);
        Assert.That(tokens.Scope, Is.EqualTo("openid"));
    }

    [Test]
    public async Task A_code_used_a_second_time_ends_its_connection()
    {
        var client = await _scene.RegisterAsync();
        var other = await _scene.ConnectAsync(client);
        var code = await _scene.AuthorizeAsync(client);
        var tokens = Tokens.From(await _scene.ExchangeAsync(client, code));

        var again = await _scene.ExchangeAsync(client, code);

        Assert.That((again.Status, again.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_grant")));
        Assert.That((await _scene.ListTokensAsync(tokens.AuthorizationId)).Select(token => token.Status), Is.Not.Empty.And.All.EqualTo("revoked"));
        Assert.That(await _scene.GetConnectionStatusAsync(tokens.AuthorizationId), Is.EqualTo("revoked"));
        Assert.That((await _scene.RefreshAsync(client, tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        Tokens.From(await _scene.RefreshAsync(client, other.RefreshToken!));
    }

    [Test]
    public async Task A_code_used_a_second_time_by_another_client_ends_nothing()
    {
        var client = await _scene.RegisterAsync();
        var stranger = await _scene.RegisterAsync();
        var code = await _scene.AuthorizeAsync(client);
        var tokens = Tokens.From(await _scene.ExchangeAsync(client, code));

        Assert.That((await _scene.ExchangeAsync(stranger, code)).Error, Is.EqualTo("invalid_grant"));

        Tokens.From(await _scene.RefreshAsync(client, tokens.RefreshToken!));
    }

    [Test]
    public async Task A_code_used_twice_at_once_gives_tokens_at_most_once()
    {
        var client = await _scene.RegisterAsync();
        var code = await _scene.AuthorizeAsync(client);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _scene.ExchangeAsync(client, code)));

        Assert.That(answers.Count(answer => answer.Status is HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(answers.Select(answer => answer.Error).OfType<string>(), Is.All.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_code_with_a_wrong_verifier_is_refused()
    {
        var client = await _scene.RegisterAsync();
        var code = await _scene.AuthorizeAsync(client);

        var answer = await _scene.ExchangeAsync(client, code with { Verifier = new string('x', 43) });

        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_grant")));
    }

    [Test]
    public async Task A_code_is_refused_after_ten_minutes()
    {
        var client = await _scene.RegisterAsync();
        var code = await _scene.AuthorizeAsync(client);

        _scene.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));

        Assert.That((await _scene.ExchangeAsync(client, code)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task After_a_restart_codes_are_refused_access_tokens_inactive_and_refresh_tokens_good()
    {
        var client = await _scene.RegisterAsync("client_secret_post");
        var tokens = await _scene.ConnectAsync(client);
        var code = await _scene.AuthorizeAsync(client);

        await _scene.Server.RestartAsync();

        Assert.That((await _scene.ExchangeAsync(client, code)).Error, Is.EqualTo("invalid_grant"));
        Assert.That(await _scene.IsActiveAsync(client, tokens.AccessToken), Is.False);
        Assert.That((await _scene.UserInfoAsync(tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        var refreshed = Tokens.From(await _scene.RefreshAsync(client, tokens.RefreshToken!));
        Assert.That(await _scene.IsActiveAsync(client, refreshed.AccessToken), Is.True);
        Assert.That((await _scene.UserInfoAsync(refreshed.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("/connect/par")]
    [TestCase("/connect/device")]
    [TestCase("/connect/revoke")]
    [TestCase("/connect/introspect")]
    public async Task A_client_that_is_not_known_is_told_so_at_the_other_endpoints_too(string path)
    {
        var answer = await _scene.PostAsync(path, new TestClient("forgotten", "none", null), new()
        {
            ["response_type"] = "code",
            ["redirect_uri"] = "https://client.example/callback",
            ["code_challenge"] = new string('c', 43),
            ["code_challenge_method"] = "S256",
            ["token"] = "token",
        });

        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
    }

    [TestCase("/connect/token")]
    [TestCase("/connect/par")]
    [TestCase("/connect/device")]
    [TestCase("/connect/revoke")]
    [TestCase("/connect/introspect")]
    public async Task Whoever_has_a_secret_must_use_it(string path)
    {
        var client = await _scene.RegisterAsync("client_secret_post", ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]);

        foreach (var secret in new[] { null, "", "guessed", client.Secret + "x" })
        {
            var answer = await _scene.PostAsync(path, client with { Secret = secret }, new()
            {
                ["grant_type"] = "refresh_token",
                ["refresh_token"] = "token",
                ["response_type"] = "code",
                ["redirect_uri"] = "https://client.example/callback",
                ["code_challenge"] = new string('c', 43),
                ["code_challenge_method"] = "S256",
                ["token"] = "token",
            });

            Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")), secret);
        }
    }

    [Test]
    public async Task A_client_that_is_not_known_is_told_so_in_JSON()
    {
        var answer = await _scene.RefreshAsync(new TestClient("forgotten", "none", null), "token");

        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
    }

    [TestCase("")]
    [TestCase("grant_type=")]
    [TestCase("grant_type=password&username=alice&password=x")]
    [TestCase("grant_type=client_credentials")]
    [TestCase("grant_type=refresh_token")]
    [TestCase("grant_type=refresh_token&refresh_token=")]
    [TestCase("grant_type=refresh_token&refresh_token=a.b.c")]
    [TestCase("grant_type=refresh_token&refresh_token=%00")]
    [TestCase("grant_type=refresh_token&refresh_token=eyJhbGciOiJub25lIn0.e30.")]
    [TestCase("grant_type=authorization_code&code=x&redirect_uri=https%3A%2F%2Fclient.example%2Fcallback&code_verifier=x")]
    [TestCase("grant_type=refresh_token&refresh_token=x&refresh_token=y")]
    public async Task What_is_no_token_request_gets_an_error_in_JSON(string body)
    {
        var client = await _scene.RegisterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token")
        {
            Content = new StringContent($"{body}&client_id={client.Id}".TrimStart('&'), Encoding.UTF8, "application/x-www-form-urlencoded"),
        };

        var answer = await _scene.SendAsync(request);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest).Or.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Error, Is.Not.Null);
    }

    [TestCase("GET", null)]
    [TestCase("PUT", "application/x-www-form-urlencoded")]
    [TestCase("POST", "application/json")]
    [TestCase("POST", null)]
    public async Task Other_methods_and_content_types_get_an_error_in_JSON(string method, string? contentType)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/connect/token");
        if (contentType is not null)
        {
            request.Content = new StringContent("{}", Encoding.UTF8, contentType);
        }

        var answer = await _scene.SendAsync(request);

        Assert.That((int)answer.Status, Is.InRange(400, 499));
        Assert.That(answer.Error, Is.Not.Null);
    }

    [Test]
    public async Task A_resource_that_was_granted_is_the_audience_and_any_other_is_refused()
    {
        var client = await _scene.RegisterAsync();
        var code = await _scene.AuthorizeAsync(client, resource: "https://mcp.example.com/mcp");

        var tokens = Tokens.From(await _scene.ExchangeAsync(client, code, resource: "https://MCP.example.com/mcp"));
        var refreshed = Tokens.From(await _scene.RefreshAsync(client, tokens.RefreshToken!));
        var foreign = await _scene.RefreshAsync(client, refreshed.RefreshToken!, resource: "https://other.example.com/");

        Assert.That(Tokens.Claims(tokens.AccessToken).GetProperty("aud").GetString(), Is.EqualTo("https://mcp.example.com/mcp"));
        Assert.That(Tokens.Claims(refreshed.AccessToken).GetProperty("aud").GetString(), Is.EqualTo("https://mcp.example.com/mcp"));
        Assert.That((foreign.Status, foreign.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_target")));
    }
}
