using System.Net;
using NUnit.Framework;

namespace Identity.Tests.Tokens;

/// <summary>RFC 7009: what a client takes back, and what others cannot.</summary>
internal sealed class RevocationTests
{
    private TokenScene _scene = null!;
    private TestClient _client = null!;

    [SetUp]
    public async Task SetUp()
    {
        _scene = await TokenScene.StartAsync();
        _client = await _scene.RegisterAsync("client_secret_post");
    }

    [TearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [Test]
    public async Task Revoking_a_refresh_token_ends_its_connection_and_no_other()
    {
        var tokens = await _scene.ConnectAsync(_client);
        var other = await _scene.ConnectAsync(_client);

        Assert.That((await _scene.RevokeAsync(_client, tokens.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.OK));

        Assert.That((await _scene.ListTokensAsync(tokens.AuthorizationId)).Select(token => token.Status), Is.Not.Empty.And.All.EqualTo("revoked"));
        Assert.That(await _scene.GetConnectionStatusAsync(tokens.AuthorizationId), Is.EqualTo("revoked"));
        Assert.That((await _scene.RefreshAsync(_client, tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        Assert.That(await _scene.IsActiveAsync(_client, tokens.AccessToken), Is.False);
        Assert.That((await _scene.UserInfoAsync(tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));

        Assert.That(await _scene.IsActiveAsync(_client, other.AccessToken), Is.True);
        Tokens.From(await _scene.RefreshAsync(_client, other.RefreshToken!));
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task Revoking_a_redeemed_or_spent_refresh_token_ends_its_connection(int refreshes)
    {
        var first = await _scene.ConnectAsync(_client);
        var last = first;
        for (var count = 0; count < refreshes; count++)
        {
            last = Tokens.From(await _scene.RefreshAsync(_client, last.RefreshToken!));
        }

        Assert.That((await _scene.RevokeAsync(_client, first.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.OK));

        Assert.That((await _scene.RefreshAsync(_client, last.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        Assert.That(await _scene.IsActiveAsync(_client, last.AccessToken), Is.False);
        Assert.That(await _scene.GetConnectionStatusAsync(first.AuthorizationId), Is.EqualTo("revoked"));
    }

    [Test]
    public async Task Revoking_an_access_token_revokes_that_token_only()
    {
        var first = await _scene.ConnectAsync(_client);
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));

        Assert.That((await _scene.RevokeAsync(_client, first.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK));

        Assert.That(await _scene.IsActiveAsync(_client, first.AccessToken), Is.False);
        Assert.That((await _scene.UserInfoAsync(first.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await _scene.IsActiveAsync(_client, second.AccessToken), Is.True);
        Tokens.From(await _scene.RefreshAsync(_client, second.RefreshToken!));
    }

    [Test]
    public async Task A_strangers_client_revokes_nothing()
    {
        var stranger = await _scene.RegisterAsync();
        var tokens = await _scene.ConnectAsync(_client);

        // RFC 7009, section 2.1, wants a refusal; what the answer is does not tell whether there is such a token.
        await _scene.RevokeAsync(stranger, tokens.RefreshToken!);
        await _scene.RevokeAsync(stranger, tokens.AccessToken);

        Assert.That(await _scene.IsActiveAsync(_client, tokens.AccessToken), Is.True);
        Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!));
    }

    [Test]
    public async Task Revocation_by_a_client_that_cannot_authenticate_is_refused()
    {
        var tokens = await _scene.ConnectAsync(_client);

        var answer = await _scene.RevokeAsync(_client with { Secret = "guessed" }, tokens.RefreshToken!);

        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
        Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!));
    }

    [TestCase("never-was-one")]
    [TestCase("eyJhbGciOiJub25lIn0.e30.")]
    public async Task Revoking_what_is_no_token_succeeds(string token)
        => Assert.That((await _scene.RevokeAsync(_client, token)).Status, Is.EqualTo(HttpStatusCode.OK));

    [Test]
    public async Task A_revocation_survives_a_restart()
    {
        var tokens = await _scene.ConnectAsync(_client);
        await _scene.RevokeAsync(_client, tokens.RefreshToken!);
        Assert.That((await _scene.RevokeAsync(_client, tokens.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.OK), "a second time too");

        await _scene.Server.RestartAsync();

        Assert.That((await _scene.RefreshAsync(_client, tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        Assert.That(await _scene.GetConnectionStatusAsync(tokens.AuthorizationId), Is.EqualTo("revoked"));
    }
}
