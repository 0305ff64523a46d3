using System.Net;
using Identity.Stores.FileSystem.Models;
using NUnit.Framework;

namespace Identity.Tests.Tokens;

/// <summary>What becomes of a connection when its refresh tokens are used once, twice, late, at once, and by others.</summary>
internal sealed class RefreshPolicyTests
{
    private TokenScene _scene = null!;
    private TestClient _client = null!;

    [SetUp]
    public async Task SetUp()
    {
        _scene = await TokenScene.StartAsync();
        _client = await _scene.RegisterAsync();
    }

    [TearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [Test]
    public async Task A_refresh_gives_new_tokens()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));

        Assert.Multiple(() =>
        {
            Assert.That(second.RefreshToken, Is.Not.Null.And.Not.EqualTo(first.RefreshToken));
            Assert.That(second.AccessToken, Is.Not.EqualTo(first.AccessToken));
            Assert.That(second.Scope.Split(' '), Is.EquivalentTo(new[] { "openid", "profile", "email", "offline_access" }));
            Assert.That(second.AuthorizationId, Is.EqualTo(first.AuthorizationId));
        });
        Assert.That((await _scene.UserInfoAsync(second.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_refresh_token_says_nothing_of_a_person_that_the_account_says()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));

        foreach (var value in new[] { first.RefreshToken!, second.RefreshToken! })
        {
            var claims = (await _scene.ReadRefreshTokenAsync(value)).Claims.ToList();
            Assert.That(claims.Where(claim => !claim.Type.StartsWith("oi_", StringComparison.Ordinal)).Select(claim => claim.Type),
                Is.SubsetOf(new[] { "sub", "auth_time", "amr", "predecessor" }));
            Assert.That(claims.Where(claim => claim.Type is "oi_scp").Select(claim => claim.Value), Is.EquivalentTo(first.Scope.Split(' ')));
        }
    }

    [Test]
    public async Task A_redeemed_token_gives_the_same_successor_until_that_is_used()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));

        _scene.Time.Advance(TimeSpan.FromMinutes(10));
        var again = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));

        Assert.That(again.RefreshToken, Is.EqualTo(second.RefreshToken));
        Assert.That(again.AccessToken, Is.Not.EqualTo(second.AccessToken));
        var third = Tokens.From(await _scene.RefreshAsync(_client, again.RefreshToken!));
        Assert.That(third.RefreshToken, Is.Not.EqualTo(again.RefreshToken));
        Assert.That((await _scene.UserInfoAsync(again.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_redeemed_token_gives_the_same_successor_after_a_restart()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));

        await _scene.Server.RestartAsync();

        Assert.That(Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!)).RefreshToken, Is.EqualTo(second.RefreshToken));
        Assert.That(Tokens.From(await _scene.RefreshAsync(_client, second.RefreshToken!)).RefreshToken, Is.Not.EqualTo(second.RefreshToken));
    }

    [Test]
    public async Task Parallel_refreshes_get_the_same_successor()
    {
        var first = await _scene.ConnectAsync(_client);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _scene.RefreshAsync(_client, first.RefreshToken!)));

        var tokens = answers.Select(Tokens.From).ToList();
        Assert.That(tokens.Select(token => token.RefreshToken).Distinct().Count(), Is.EqualTo(1));
        Assert.That(tokens.Select(token => token.AccessToken).Distinct().Count(), Is.EqualTo(8));
        Assert.That(
            (await _scene.ListTokensAsync(first.AuthorizationId)).Where(token => token.Type is "refresh_token").Select(token => token.Status),
            Is.EquivalentTo(new[] { "redeemed", "valid" }));
    }

    [Test]
    public async Task The_same_successor_slides()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));

        _scene.Time.Advance(TimeSpan.FromHours(20));
        Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));
        _scene.Time.Advance(TimeSpan.FromHours(20));

        // 40 hours after it was issued, 20 after it was given again.
        Tokens.From(await _scene.RefreshAsync(_client, second.RefreshToken!));
    }

    [Test]
    public async Task A_spent_token_ends_its_connection_and_no_other()
    {
        var first = await _scene.ConnectAsync(_client);
        var other = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));
        var third = Tokens.From(await _scene.RefreshAsync(_client, second.RefreshToken!));

        var answer = await _scene.RefreshAsync(_client, first.RefreshToken!);

        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_grant")));
        var tokens = await _scene.ListTokensAsync(first.AuthorizationId);
        Assert.That(tokens.Select(token => token.Type).Distinct(), Is.SupersetOf(new[] { "refresh_token", "access_token" }));
        Assert.That(tokens.Select(token => token.Status).Distinct(), Is.EqualTo(new[] { "revoked" }));
        Assert.That(await _scene.GetConnectionStatusAsync(first.AuthorizationId), Is.EqualTo("revoked"));
        foreach (var dead in new[] { first, second, third })
        {
            Assert.That((await _scene.RefreshAsync(_client, dead.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
            Assert.That((await _scene.UserInfoAsync(dead.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        }

        Assert.That((await _scene.UserInfoAsync(other.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK));
        Tokens.From(await _scene.RefreshAsync(_client, other.RefreshToken!));
        Assert.That(_scene.Server.Log.Entries.Select(entry => entry.Message), Has.Some.Contains("somebody else has a copy"));
    }

    [Test]
    public async Task A_connection_that_reuse_ended_stays_ended_after_a_restart()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));
        var third = Tokens.From(await _scene.RefreshAsync(_client, second.RefreshToken!));
        await _scene.RefreshAsync(_client, first.RefreshToken!);

        await _scene.Server.RestartAsync();

        Assert.That((await _scene.RefreshAsync(_client, third.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        Assert.That((await _scene.ListTokensAsync(first.AuthorizationId)).Select(token => token.Status), Is.All.EqualTo("revoked"));
        Assert.That(await _scene.GetConnectionStatusAsync(first.AuthorizationId), Is.EqualTo("revoked"));
    }

    [Test]
    public async Task A_strangers_client_ends_nothing()
    {
        var stranger = await _scene.RegisterAsync();
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));
        var third = Tokens.From(await _scene.RefreshAsync(_client, second.RefreshToken!));

        foreach (var token in new[] { first, second, third })
        {
            Assert.That((await _scene.RefreshAsync(stranger, token.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        }

        Assert.That(await _scene.GetConnectionStatusAsync(first.AuthorizationId), Is.EqualTo("valid"));
        Tokens.From(await _scene.RefreshAsync(_client, third.RefreshToken!));
    }

    [TestCase("client_secret_post")]
    [TestCase("client_secret_basic")]
    public async Task A_client_that_cannot_authenticate_ends_nothing(string method)
    {
        var client = await _scene.RegisterAsync(method);
        var first = await _scene.ConnectAsync(client);
        var second = Tokens.From(await _scene.RefreshAsync(client, first.RefreshToken!));
        var third = Tokens.From(await _scene.RefreshAsync(client, second.RefreshToken!));

        var answer = await _scene.RefreshAsync(client with { Secret = "guessed" }, first.RefreshToken!);

        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
        Tokens.From(await _scene.RefreshAsync(client, third.RefreshToken!));
    }

    [Test]
    public async Task The_value_of_a_successor_is_nowhere_on_disk_in_the_clear_and_gone_when_it_was_used()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));
        await _scene.Server.StopAsync();
        var between = _scene.ReadFile("refresh_tokens.json");
        await _scene.Server.StartAgainAsync();
        var third = Tokens.From(await _scene.RefreshAsync(_client, second.RefreshToken!));
        Tokens.From(await _scene.RefreshAsync(_client, third.RefreshToken!));
        await _scene.Server.StopAsync();
        var afterwards = _scene.ReadFile("refresh_tokens.json");

        foreach (var value in new[] { first.RefreshToken!, second.RefreshToken!, third.RefreshToken!, first.AccessToken })
        {
            Assert.That(between + afterwards, Does.Not.Contain(value));
        }

        Assert.That(Successors(between), Is.EqualTo(1));
        Assert.That(Successors(afterwards), Is.EqualTo(1), "only the token redeemed last has a successor that was not used");

        static int Successors(string json) => json.Split("\"successor\"").Length - 1;
    }

    [Test]
    public async Task A_refresh_token_expires_when_it_is_not_used()
    {
        var first = await _scene.ConnectAsync(_client);

        _scene.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));

        Assert.That((await _scene.RefreshAsync(_client, first.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_connection_ends_90_days_after_it_began_however_often_it_was_refreshed()
    {
        var tokens = await _scene.ConnectAsync(_client);
        for (var half = 0; half < 179; half++)
        {
            _scene.Time.Advance(TimeSpan.FromHours(12));
            tokens = Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!));
        }

        // 89 and a half days. The successor would live for a day, and the connection lives for half of one.
        _scene.Time.Advance(TimeSpan.FromHours(12) + TimeSpan.FromSeconds(1));
        Assert.That((await _scene.RefreshAsync(_client, tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_lockout_ends_nothing()
    {
        var first = await _scene.ConnectAsync(_client);

        await _scene.ChangeUserAsync(user => (user.LockoutEnabled, user.LockoutEnd) = (true, _scene.Time.GetUtcNow().AddHours(1)));

        Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_account_that_was_disabled_or_deleted_ends_its_connections_for_good(bool deleted)
    {
        var first = await _scene.ConnectAsync(_client);

        await (deleted ? _scene.DeleteUserAsync() : _scene.ChangeUserAsync(user => user.IsDisabled = true));

        Assert.That((await _scene.UserInfoAsync(first.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _scene.RefreshAsync(_client, first.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        Assert.That(await _scene.GetConnectionStatusAsync(first.AuthorizationId), Is.EqualTo("revoked"));
        if (!deleted)
        {
            await _scene.ChangeUserAsync(user => user.IsDisabled = false);
            Assert.That((await _scene.RefreshAsync(_client, first.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        }
    }

    [Test]
    public async Task A_refresh_renews_what_is_said_about_the_account()
    {
        var first = await _scene.ConnectAsync(_client);
        await _scene.ChangeUserAsync(user => user.DisplayName = "Alice Liddell");

        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));

        Assert.That(Tokens.Claims(second.IdToken!).GetProperty("name").GetString(), Is.EqualTo("Alice Liddell"));
        Assert.That(
            Tokens.Claims(second.IdToken!).GetProperty("auth_time").GetInt64(), Is.EqualTo(Tokens.Claims(first.IdToken!).GetProperty("auth_time").GetInt64()));
    }

    [Test]
    public async Task A_refresh_narrows_the_access_token_only_and_never_widens()
    {
        var first = await _scene.ConnectAsync(_client, "openid profile");

        var narrow = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!, scope: "openid"));
        var wide = await _scene.RefreshAsync(_client, narrow.RefreshToken!, scope: "openid profile email");
        var unknown = await _scene.RefreshAsync(_client, narrow.RefreshToken!, scope: "openid nonsense");
        var full = Tokens.From(await _scene.RefreshAsync(_client, narrow.RefreshToken!));

        Assert.That(narrow.Scope, Is.EqualTo("openid"));
        Assert.That((wide.Status, wide.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_scope")));
        Assert.That((unknown.Status, unknown.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_scope")));
        Assert.That(full.Scope.Split(' '), Is.EquivalentTo(new[] { "openid", "profile", "offline_access" }));
    }
}
