using System.Net;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using NUnit.Framework;

namespace Identity.Tests.Device;

/// <summary>The device authorization grant (RFC 8628), from the device's request to its tokens.</summary>
internal sealed class DeviceTests
{
    private const string Alphabet = "[BCDFGHJKLMNPQRSTVWXZ]";

    private TokenScene _scene = null!;
    private TestClient _client = null!;
    private HttpBrowser _browser = null!;

    [SetUp]
    public async Task SetUp()
    {
        _scene = await TokenScene.StartAsync();
        _client = await _scene.AddDeviceClientAsync("television", "Television");
        _browser = _scene.OpenBrowser();
    }

    [TearDown]
    public async Task TearDown()
    {
        _browser.Dispose();
        await _scene.DisposeAsync();
    }

    [Test]
    public async Task A_person_enters_the_code_and_the_device_has_its_tokens_which_a_restart_does_not_end()
    {
        var request = await AskAsync(scope: "openid profile unknown");
        Assert.That((await PollAsync(request)).Error, Is.EqualTo("authorization_pending"));

        var page = await SignInAsync("/device");
        page = await _browser.SubmitAsync(page, [new("user_code", $" {request.UserCode.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant()}")]);
        Assert.That(page.Text, Does.Contain("says it is Television").And.Contain("alice").And.Contain(request.UserCode)
            .And.Contain("If somebody sent you this code").And.Contain("See your name").And.Contain("Stay connected"));
        page = await _browser.SubmitAsync(page, [new("decision", "allow")]);
        Assert.That(page.Text, Does.Contain("Go back to the device"));

        _scene.Time.Advance(TimeSpan.FromSeconds(5));
        var tokens = Tokens.Tokens.From(await PollAsync(request));
        Assert.That(tokens.Scope.Split(' '), Is.EquivalentTo(new[] { "openid", "profile", "offline_access" }));
        Assert.That(Tokens.Tokens.Claims(tokens.IdToken!).GetProperty("preferred_username").GetString(), Is.EqualTo("alice"));
        Assert.That(Tokens.Tokens.Claims(tokens.IdToken!).TryGetProperty("auth_time", out _), Is.True);
        Assert.That(await _scene.GetConnectionStatusAsync(tokens.AuthorizationId), Is.EqualTo("valid"));
        Assert.That((await PollAsync(request)).Error, Is.EqualTo("invalid_grant"));

        await _scene.Server.RestartAsync();
        Tokens.Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!));
    }

    [Test]
    public async Task The_device_is_told_the_code_where_to_enter_it_and_how_often_to_ask()
    {
        var answer = await AskRawAsync();

        var json = answer.Json;
        var address = _scene.Server.Address.GetLeftPart(UriPartial.Authority) + "/device";
        Assert.Multiple(() =>
        {
            Assert.That(json.GetProperty("device_code").GetString(), Has.Length.EqualTo(43));
            Assert.That(json.GetProperty("user_code").GetString(), Does.Match($"^{Alphabet}{{4}}-{Alphabet}{{4}}$"));
            Assert.That(json.GetProperty("verification_uri").GetString(), Is.EqualTo(address));
            Assert.That(json.GetProperty("verification_uri_complete").GetString(), Is.EqualTo($"{address}?user_code={json.GetProperty("user_code").GetString()}"));
            Assert.That(json.GetProperty("expires_in").GetInt64(), Is.EqualTo(600));
            Assert.That(json.GetProperty("interval").GetInt64(), Is.EqualTo(5));
            Assert.That(answer.Headers.CacheControl?.NoStore, Is.True);
        });
    }

    [Test]
    public async Task Until_a_person_agreed_nothing_is_kept_on_disk()
    {
        await _scene.Server.StopAsync();
        var before = _scene.ReadAllFiles();
        await _scene.Server.StartAgainAsync();

        var request = await AskAsync();
        await PollAsync(request);

        await _scene.Server.StopAsync();
        Assert.That(_scene.ReadAllFiles().Split('\n').Where(line => line.Contains("\"id\"", StringComparison.Ordinal)),
            Is.EquivalentTo(before.Split('\n').Where(line => line.Contains("\"id\"", StringComparison.Ordinal))));
        await _scene.Server.StartAgainAsync();
        Assert.That((await PollAsync(request)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_password_that_is_changed_to_disconnect_everything_disconnects_a_device_before_it_has_its_tokens()
    {
        var request = await AskAsync();
        var page = await SignInAsync(request.Address);
        await _browser.SubmitAsync(page, [new("decision", "allow")]);

        await _browser.SubmitAsync(
            await _browser.GoAsync("/account/password"),
            [new("Current", Scene.Password), new("Password", "another-quiet-lamp"), new("Confirmation", "another-quiet-lamp"), new("Disconnect", "true")]);

        Assert.That((await PollAsync(request)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task Saying_no_is_told_to_the_device()
    {
        var request = await AskAsync();

        var page = await SignInAsync(request.Address);
        page = await _browser.SubmitAsync(page, [new("decision", "deny")]);

        Assert.That(page.Text, Does.Contain("Nothing was allowed"));
        Assert.That((await PollAsync(request)).Error, Is.EqualTo("access_denied"));
        Assert.That((await _browser.GoAsync(request.Address)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task After_ten_minutes_the_codes_have_expired()
    {
        var request = await AskAsync();
        await SignInAsync("/device");

        _scene.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));

        Assert.That((await PollAsync(request)).Error, Is.EqualTo("expired_token"));
        Assert.That((await _browser.GoAsync(request.Address)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task A_device_that_asks_too_often_is_told_to_slow_down_each_time_a_little_more()
    {
        var request = await AskAsync();
        var seconds = new[] { 0, 1, 5, 15, 15 };

        List<string?> errors = [];
        foreach (var wait in seconds)
        {
            _scene.Time.Advance(TimeSpan.FromSeconds(wait));
            errors.Add((await PollAsync(request)).Error);
        }

        Assert.That(errors, Is.EqualTo(new[] { "authorization_pending", "slow_down", "slow_down", "authorization_pending", "authorization_pending" }));
    }

    [Test]
    public async Task Another_client_gets_nothing_for_the_code_and_does_not_disturb()
    {
        var request = await AskAsync();
        var stranger = await _scene.AddDeviceClientAsync("radio", "Radio");

        Assert.That((await PollAsync(request, stranger)).Error, Is.EqualTo("invalid_grant"));
        Assert.That((await PollAsync(request)).Error, Is.EqualTo("authorization_pending"));
    }

    [Test]
    public async Task A_client_that_is_not_registered_for_it_cannot_begin()
    {
        var client = await _scene.RegisterAsync();

        var answer = await _scene.PostAsync("/connect/device", client, []);

        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.BadRequest, "unauthorized_client")));
    }

    [TestCase("https://MCP.example.com/mcp", "https://MCP.example.com/mcp")]
    [TestCase(null, null)]
    public async Task The_token_is_for_the_resource_that_the_device_named(string? resource, string? audience)
    {
        var request = await AskAsync(resource: resource);
        var page = await SignInAsync(request.Address);
        Assert.That(page.Text, resource is null ? Does.Not.Contain("wants to use") : Does.Contain(resource));
        await _browser.SubmitAsync(page, [new("decision", "allow")]);

        var tokens = Tokens.Tokens.From(await PollAsync(request));

        Assert.That(Tokens.Tokens.Claims(tokens.AccessToken).GetProperty("aud").GetString(),
            Is.EqualTo(audience ?? _scene.Server.Address.GetLeftPart(UriPartial.Authority)));
    }

    [Test]
    public async Task What_can_be_no_resource_is_an_invalid_target()
        => Assert.That((await AskRawAsync(resource: "http://mcp.example.com/")).Error, Is.EqualTo("invalid_target"));

    [Test]
    public async Task Who_is_not_signed_in_learns_nothing_about_a_code()
    {
        var request = await AskAsync();

        foreach (var code in new[] { request.UserCode, "BBBB-BBBB" })
        {
            var page = await _browser.GoAsync($"/device?user_code={code}");
            Assert.That(HttpBrowser.IsSignIn(page), Is.True);
            Assert.That(page.Text, Does.Not.Contain("Television"));
        }
    }

    [TestCase("?user_code=", HttpStatusCode.OK)]
    [TestCase("?user_code=%20-", HttpStatusCode.BadRequest)]
    [TestCase("?user_code=a&user_code=b", HttpStatusCode.BadRequest)]
    [TestCase("?user_code=%00%0d%0a", HttpStatusCode.BadRequest)]
    [TestCase("?user_code=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", HttpStatusCode.BadRequest)]
    [TestCase("?user_code=%F0%9F%98%80", HttpStatusCode.BadRequest)]
    public async Task Nonsense_gets_the_page_once_more(string query, HttpStatusCode expected)
    {
        await SignInAsync("/device");

        var page = await _browser.GoAsync("/device" + query);

        Assert.That(page.Status, Is.EqualTo(expected), page.Text);
        Assert.That(page.ContentType, Is.EqualTo("text/html"));
    }

    [Test]
    public async Task A_decision_from_another_site_counts_for_nothing()
    {
        var request = await AskAsync();
        await SignInAsync(request.Address);

        var answer = await _browser.PostAsync(new Uri("/device", UriKind.Relative), [new("user_code", request.UserCode), new("decision", "allow")]);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await PollAsync(request)).Error, Is.EqualTo("authorization_pending"));
    }

    [Test]
    public async Task An_account_that_was_disabled_meanwhile_gives_nothing()
    {
        var request = await AskAsync();
        await _browser.SubmitAsync(await SignInAsync(request.Address), [new("decision", "allow")]);

        await _scene.ChangeUserAsync(user => user.IsDisabled = true);

        Assert.That((await PollAsync(request)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task Attempts_at_codes_are_limited_and_the_right_one_does_not_get_around_it()
    {
        var request = await AskAsync();
        await SignInAsync("/device");
        for (var attempt = 0; attempt < 10; attempt++)
        {
            Assert.That((await _browser.GoAsync("/device?user_code=BBBB-BBBB")).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        }

        var limited = await _browser.GoAsync(request.Address);
        _scene.Time.Advance(TimeSpan.FromMinutes(10));
        var later = await AskAsync();

        Assert.That(limited.Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(limited.Text, Does.Contain("Wait ten minutes").And.Not.Contain("Television"));
        Assert.That((await _browser.GoAsync(later.Address)).Text, Does.Contain("Television"));
    }

    private async Task<BrowserPage> SignInAsync(string address)
        => await _browser.SignInAsync(await _browser.GoAsync(address), Scene.UserName, Scene.Password);

    private async Task<DeviceRequest> AskAsync(string? scope = null, string? resource = null)
    {
        var answer = await AskRawAsync(scope, resource);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        return new(
            answer.Json.GetProperty("device_code").GetString()!,
            answer.Json.GetProperty("user_code").GetString()!,
            new Uri(answer.Json.GetProperty("verification_uri_complete").GetString()!).PathAndQuery);
    }

    private Task<Answer> AskRawAsync(string? scope = null, string? resource = null)
        => _scene.PostAsync("/connect/device", _client, new() { ["scope"] = scope, ["resource"] = resource });

    private Task<Answer> PollAsync(DeviceRequest request, TestClient? client = null) => _scene.PostAsync("/connect/token", client ?? _client, new()
    {
        ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code",
        ["device_code"] = request.DeviceCode,
    });

    private sealed record DeviceRequest(string DeviceCode, string UserCode, string Address);
}
