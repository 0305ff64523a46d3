using System.Net;
using NUnit.Framework;

namespace Identity.Tests.Tokens;

/// <summary>What is told about tokens at the introspection (RFC 7662) and userinfo endpoints, and to whom.</summary>
internal sealed class IntrospectionTests
{
    private TokenScene _scene = null!;
    private TestClient _client = null!;

    [SetUp]
    public async Task SetUp()
    {
        _scene = await TokenScene.StartAsync();
        _client = await _scene.RegisterAsync("client_secret_basic");
    }

    [TearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [Test]
    public async Task A_confidential_client_is_told_about_its_own_tokens()
    {
        var tokens = await _scene.ConnectAsync(_client, "openid profile");

        var access = (await _scene.IntrospectAsync(_client, tokens.AccessToken)).Json;
        var refresh = (await _scene.IntrospectAsync(_client, tokens.RefreshToken!)).Json;

        Assert.Multiple(() =>
        {
            Assert.That(access.GetProperty("active").GetBoolean(), Is.True);
            Assert.That(access.GetProperty("scope").GetString()!.Split(' '), Is.EquivalentTo(new[] { "openid", "profile", "offline_access" }));
            Assert.That(access.GetProperty("client_id").GetString(), Is.EqualTo(_client.Id));
            Assert.That(access.GetProperty("sub").GetString(), Is.EqualTo(Tokens.Claims(tokens.IdToken!).GetProperty("sub").GetString()));
            Assert.That(access.GetProperty("exp").GetInt64() - access.GetProperty("iat").GetInt64(), Is.EqualTo(3600));
            Assert.That(refresh.GetProperty("active").GetBoolean(), Is.True);
        });
    }

    [Test]
    public async Task Another_client_is_told_nothing()
    {
        var tokens = await _scene.ConnectAsync(_client);
        var stranger = await _scene.RegisterAsync("client_secret_post");

        Assert.That(await _scene.IsActiveAsync(stranger, tokens.AccessToken), Is.False);
        Assert.That(await _scene.IsActiveAsync(stranger, tokens.RefreshToken!), Is.False);
        Assert.That(await _scene.IsActiveAsync(stranger, "no-token"), Is.False);
    }

    // Written by the command line for a client, or configured for a resource.
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_resource_server_is_told_about_access_tokens_for_its_resource_alone(bool byConfiguration)
    {
        const string resource = "https://mcp.example.com/mcp";
        await _scene.DisposeAsync();
        _scene = byConfiguration
            ? await TokenScene.StartAsync($"--Identity:Resources:0:Uri={resource}", "--Identity:Resources:0:Clients:0=server", "--Identity:Resources:1:Uri=https://other.example.com")
            : await TokenScene.StartAsync();
        var server = await _scene.AddConfidentialClientAsync("server", byConfiguration ? [] : ["https://MCP.example.com/mcp"]);
        var client = await _scene.RegisterAsync();
        var tokens = await _scene.ConnectAsync(client, "openid profile", resource);
        var others = await _scene.ConnectAsync(client, resource: "https://other.example.com");

        var answer = (await _scene.IntrospectAsync(server, tokens.AccessToken)).Json;

        Assert.That(answer.GetProperty("active").GetBoolean(), Is.True);
        Assert.That(answer.GetProperty("scope").GetString(), Is.EqualTo(tokens.Scope));
        Assert.That(answer.GetProperty("client_id").GetString(), Is.EqualTo(client.Id));
        Assert.That(answer.GetProperty("aud").ToString(), Does.Contain(resource));
        Assert.That(await _scene.IsActiveAsync(server, tokens.RefreshToken!), Is.False);
        Assert.That(await _scene.IsActiveAsync(server, others.AccessToken), Is.False);
        Assert.That(await _scene.IsActiveAsync(await _scene.AddConfidentialClientAsync("stranger", []), tokens.AccessToken), Is.False);
    }

    [Test]
    public async Task A_client_whose_identifier_is_the_resource_is_told_nothing_by_that()
    {
        const string resource = "https://mcp.example.com/mcp";
        var namesake = await _scene.AddConfidentialClientAsync(resource, []);
        var tokens = await _scene.ConnectAsync(await _scene.RegisterAsync(), resource: resource);

        Assert.That(await _scene.IsActiveAsync(namesake, tokens.AccessToken), Is.False);
    }

    [Test]
    public async Task A_public_client_is_refused()
    {
        var client = await _scene.RegisterAsync();
        var tokens = await _scene.ConnectAsync(client);

        var answer = await _scene.IntrospectAsync(client, tokens.AccessToken);

        Assert.That((int)answer.Status, Is.InRange(400, 403));
        Assert.That(answer.Error, Is.EqualTo("unauthorized_client"));
    }

    [Test]
    public async Task A_wrong_secret_is_refused()
    {
        var tokens = await _scene.ConnectAsync(_client);

        var answer = await _scene.IntrospectAsync(_client with { Secret = "guessed" }, tokens.AccessToken);

        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
    }

    [Test]
    public async Task An_expired_access_token_is_inactive_and_refused()
    {
        var tokens = await _scene.ConnectAsync(_client);

        _scene.Time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));

        Assert.That(await _scene.IsActiveAsync(_client, tokens.AccessToken), Is.False);
        Assert.That((await _scene.UserInfoAsync(tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_spent_refresh_token_is_inactive_and_looking_at_it_ends_nothing()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));
        var third = Tokens.From(await _scene.RefreshAsync(_client, second.RefreshToken!));

        Assert.That(await _scene.IsActiveAsync(_client, first.RefreshToken!), Is.False);
        Assert.That(await _scene.IsActiveAsync(_client, third.RefreshToken!), Is.True);
        Tokens.From(await _scene.RefreshAsync(_client, third.RefreshToken!));
    }

    [Test]
    public async Task Userinfo_says_what_the_scopes_allow_and_what_the_account_says_now()
    {
        await _scene.ChangeUserAsync(user => (user.Email, user.EmailConfirmed) = ("alice@example.com", true));
        var all = await _scene.ConnectAsync(_client);
        var little = await _scene.ConnectAsync(_client, "openid");
        await _scene.ChangeUserAsync(user => user.DisplayName = "Alice Liddell");

        var much = (await _scene.UserInfoAsync(all.AccessToken)).Json;
        var less = (await _scene.UserInfoAsync(little.AccessToken)).Json;

        Assert.Multiple(() =>
        {
            Assert.That(much.GetProperty("sub").GetString(), Is.EqualTo(Tokens.Claims(all.IdToken!).GetProperty("sub").GetString()));
            Assert.That(much.GetProperty("name").GetString(), Is.EqualTo("Alice Liddell"));
            Assert.That(much.GetProperty("preferred_username").GetString(), Is.EqualTo("alice"));
            Assert.That(much.GetProperty("email").GetString(), Is.EqualTo("alice@example.com"));
            Assert.That(much.GetProperty("email_verified").GetBoolean(), Is.True);
            Assert.That(less.GetProperty("sub").GetString(), Is.EqualTo(much.GetProperty("sub").GetString()));
            foreach (var name in new[] { "name", "preferred_username", "email", "email_verified" })
            {
                Assert.That(less.TryGetProperty(name, out _), Is.False, name);
            }
        });
    }

    [TestCase("")]
    [TestCase("x")]
    [TestCase("eyJhbGciOiJub25lIn0.e30.")]
    public async Task Userinfo_refuses_what_is_no_access_token(string token)
    {
        var answer = await _scene.UserInfoAsync(token);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized).Or.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Does.StartWith("Bearer"));
    }

    // RFC 9700 §4.3.2: addresses stand in histories and logs.
    [Test]
    public async Task Userinfo_refuses_a_token_in_the_address()
    {
        var tokens = await _scene.ConnectAsync(_client);

        foreach (var (method, isInHeader) in new[] { (HttpMethod.Get, false), (HttpMethod.Get, true), (HttpMethod.Post, false) })
        {
            using var request = new HttpRequestMessage(method, $"/connect/userinfo?access_token={tokens.AccessToken}");
            request.Headers.Authorization = isInHeader ? new("Bearer", tokens.AccessToken) : null;
            var answer = await _scene.SendAsync(request);

            Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_request")), method.Method);
            Assert.That(answer.Json.TryGetProperty("sub", out _), Is.False);
        }

        Assert.That((await _scene.UserInfoAsync(tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Userinfo_refuses_refresh_and_ID_tokens()
    {
        var tokens = await _scene.ConnectAsync(_client);

        Assert.That((await _scene.UserInfoAsync(tokens.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _scene.UserInfoAsync(tokens.IdToken!)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }
}
