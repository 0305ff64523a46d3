using System.Net;
using Identity.Server.Tokens.Connections;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using OpenIddict.Abstractions;

namespace Identity.Tests.Tokens.Connections;

/// <summary>What is known of connections: who used them from where, what their users decided, and why they ended.</summary>
internal sealed class ConnectionRecordTests
{
    private TokenScene _scene = null!;
    private TestClient _client = null!;

    private ConnectionRecords Records => _scene.Server.Services.GetRequiredService<ConnectionRecords>();

    [SetUp]
    public async Task SetUp()
    {
        _scene = await TokenScene.StartAsync();
        _client = await _scene.RegisterAsync("client_secret_post");
    }

    [TearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [Test]
    public async Task It_is_known_who_used_a_connection_when_and_from_where_over_a_restart()
    {
        var began = _scene.Time.GetUtcNow();
        var tokens = await _scene.ConnectAsync(_client, "openid profile", "https://mcp.example.com/projects");
        _scene.Time.Advance(TimeSpan.FromHours(5));
        await _scene.RefreshAsync(_client, tokens.RefreshToken!);
        await _scene.Server.RestartAsync();

        var record = Records.Find(tokens.AuthorizationId)!;
        Assert.Multiple(() =>
        {
            Assert.That(record.ClientId, Is.EqualTo(_client.Id));
            Assert.That(record.ClientName, Does.StartWith("Client "));
            Assert.That(record.RedirectUri, Is.EqualTo(ClientScene.RedirectUri));
            Assert.That(record.Resources, Is.EqualTo(new[] { "https://mcp.example.com/projects" }));
            Assert.That(record.Scopes, Is.EquivalentTo(new[] { "openid", "profile", "offline_access" }));
            Assert.That((record.FirstUsedAt, record.FirstUsedFrom), Is.EqualTo((began, "127.0.0.1")));
            Assert.That((record.LastUsedAt, record.LastUsedFrom), Is.EqualTo((began + TimeSpan.FromHours(5), "127.0.0.1")));
            Assert.That(Records.FindEnd(record), Is.Null);
            Assert.That(Records.List(record.Subject).Single().Id, Is.EqualTo(tokens.AuthorizationId));
        });
    }

    [Test]
    public async Task Refreshes_in_quick_succession_write_nothing_more_than_their_tokens()
    {
        var tokens = await _scene.ConnectAsync(_client);
        var version = Records.Find(tokens.AuthorizationId)!.Version;

        _scene.Time.Advance(ConnectionRecords.Precision - TimeSpan.FromSeconds(1));
        tokens = Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!));
        Assert.That(Records.Find(tokens.AuthorizationId)!.Version, Is.EqualTo(version));

        _scene.Time.Advance(TimeSpan.FromSeconds(1));
        await _scene.RefreshAsync(_client, tokens.RefreshToken!);
        Assert.That(Records.Find(tokens.AuthorizationId)!.Version, Is.GreaterThan(version));
    }

    [Test]
    public async Task A_connection_that_nobody_used_for_a_day_ended_then()
    {
        var tokens = await _scene.ConnectAsync(_client);
        // Tokens know seconds.
        var ends = DateTimeOffset.FromUnixTimeSeconds(_scene.Time.GetUtcNow().ToUnixTimeSeconds()) + TimeSpan.FromDays(1);
        _scene.Time.Advance(TimeSpan.FromDays(1) + ConnectionRecords.Precision);

        Assert.That((await _scene.RefreshAsync(_client, tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        AssertEnded(tokens, ConnectionEnding.Unused, ends);
    }

    [Test]
    public async Task A_code_that_nobody_exchanged_is_no_connection()
    {
        await _scene.AuthorizeAsync(_client);

        var record = _scene.Server.Services.GetRequiredService<Collection<ConnectionRecord>>().List().Single();
        Assert.That(Records.List(record.Subject), Is.Empty);
        _scene.Time.Advance(TimeSpan.FromMinutes(11));
        await _scene.Server.RestartAsync();
        Assert.That(Records.Find(record.Id), Is.Null);
    }

    [Test]
    public async Task It_is_told_for_a_month_why_a_connection_ended()
    {
        var tokens = await _scene.ConnectAsync(_client);
        await _scene.RevokeAsync(_client, tokens.RefreshToken!);
        var subject = Records.Find(tokens.AuthorizationId)!.Subject;
        AssertEnded(tokens, ConnectionEnding.RevokedByClient);

        _scene.Time.Advance(TimeSpan.FromDays(29));
        await _scene.Server.RestartAsync();
        Assert.That(Records.List(subject), Has.Count.EqualTo(1));
        _scene.Time.Advance(TimeSpan.FromDays(1));
        Assert.That(Records.List(subject), Is.Empty);
    }

    [Test]
    public async Task The_reuse_of_an_old_token_is_what_ended_it()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));
        await _scene.RefreshAsync(_client, second.RefreshToken!);
        await _scene.RefreshAsync(_client, first.RefreshToken!);
        AssertEnded(first, ConnectionEnding.RefreshTokenReused);

        await _scene.RevokeAsync(_client, first.RefreshToken!);
        AssertEnded(first, ConnectionEnding.RefreshTokenReused);
    }

    [Test]
    public async Task The_reuse_of_a_code_is_what_ended_it()
    {
        var code = await _scene.AuthorizeAsync(_client);
        var tokens = Tokens.From(await _scene.ExchangeAsync(_client, code));
        await _scene.ExchangeAsync(_client, code);

        AssertEnded(tokens, ConnectionEnding.CodeReused);
    }

    [Test]
    public async Task The_end_of_its_account_is_what_ended_it()
    {
        var tokens = await _scene.ConnectAsync(_client);
        await _scene.ChangeUserAsync(user => user.IsDisabled = true);
        await _scene.RefreshAsync(_client, tokens.RefreshToken!);

        AssertEnded(tokens, ConnectionEnding.AccountDisabled);
    }

    [Test]
    public async Task The_end_of_its_client_is_what_ended_it()
    {
        var tokens = await _scene.ConnectAsync(_client);
        await using (var scope = _scene.Server.Services.CreateAsyncScope())
        {
            var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
            await applications.DeleteAsync((await applications.FindByClientIdAsync(_client.Id))!);
        }

        AssertEnded(tokens, ConnectionEnding.ClientRemoved);
    }

    [Test]
    public async Task What_is_paused_does_not_work_and_goes_on_afterwards()
    {
        var tokens = await _scene.ConnectAsync(_client);
        await Records.PauseAsync(tokens.AuthorizationId, pause: true, CancellationToken.None);
        var before = await _scene.ListTokensAsync(tokens.AuthorizationId);

        var answer = await _scene.RefreshAsync(_client, tokens.RefreshToken!);
        Assert.Multiple(() =>
        {
            Assert.That(answer.Error, Is.EqualTo("invalid_grant"));
            Assert.That(answer.Json.GetProperty("error_description").GetString(), Does.Contain("paused"));
        });
        Assert.That(await _scene.IsActiveAsync(_client, tokens.AccessToken), Is.False);
        Assert.That(await _scene.IsActiveAsync(_client, tokens.RefreshToken!), Is.False);
        Assert.That((await _scene.UserInfoAsync(tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await _scene.ListTokensAsync(tokens.AuthorizationId), Is.EqualTo(before), "nothing is revoked");

        await _scene.Server.RestartAsync();
        Assert.That((await _scene.RefreshAsync(_client, tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        await Records.PauseAsync(tokens.AuthorizationId, pause: false, CancellationToken.None);
        Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!));
        Assert.That(Records.Find(tokens.AuthorizationId)!.Events!.Value.Select(item => item.IsPause), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public async Task A_client_may_revoke_what_is_paused()
    {
        var tokens = await _scene.ConnectAsync(_client);
        await Records.PauseAsync(tokens.AuthorizationId, pause: true, CancellationToken.None);
        await _scene.RevokeAsync(_client, tokens.RefreshToken!);

        AssertEnded(tokens, ConnectionEnding.RevokedByClient);
    }

    [Test]
    public async Task A_connection_from_before_there_were_records_gets_one_when_it_is_used()
    {
        var tokens = await _scene.ConnectAsync(_client, "openid profile");
        var began = _scene.Time.GetUtcNow();
        await _scene.Server.Services.GetRequiredService<Collection<ConnectionRecord>>().RemoveAsync([tokens.AuthorizationId]);
        _scene.Time.Advance(TimeSpan.FromHours(1));
        await _scene.RefreshAsync(_client, tokens.RefreshToken!);

        var record = Records.Find(tokens.AuthorizationId)!;
        Assert.That((record.BeganAt, record.LastUsedAt, record.ClientId), Is.EqualTo((began, (DateTimeOffset?)_scene.Time.GetUtcNow(), _client.Id)));
        Assert.That(record.Scopes, Is.EquivalentTo(new[] { "openid", "profile", "offline_access" }));
    }

    [Test]
    public async Task All_connections_of_a_user_end_at_once_and_nobody_elses()
    {
        await _scene.AddUserAsync("bob");
        var first = await _scene.ConnectAsync(_client);
        var second = await _scene.ConnectAsync(await _scene.RegisterAsync());
        var foreign = await _scene.ConnectAsync(_client, user: "bob");
        await using (var scope = _scene.Server.Services.CreateAsyncScope())
        {
            var connections = scope.ServiceProvider.GetRequiredService<UserConnections>();
            var ended = await connections.EndAllAsync(Records.Find(first.AuthorizationId)!.Subject, ConnectionEnding.PasswordChanged, CancellationToken.None);
            Assert.That(ended, Is.EqualTo(2));
        }

        AssertEnded(first, ConnectionEnding.PasswordChanged);
        AssertEnded(second, ConnectionEnding.PasswordChanged);
        Assert.That((await _scene.RefreshAsync(_client, first.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        Tokens.From(await _scene.RefreshAsync(_client, foreign.RefreshToken!));
    }

    private void AssertEnded(Tokens tokens, ConnectionEnding ending, DateTimeOffset? at = null)
        => Assert.That(Records.FindEnd(Records.Find(tokens.AuthorizationId)!), Is.EqualTo((ending, at ?? _scene.Time.GetUtcNow())));
}
