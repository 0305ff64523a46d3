using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;

namespace Identity.Tests.Tokens;

/// <summary>RFC 9700 §2.1.1, §4.5 and §4.8: a code is worth something only to who asked for it.</summary>
internal sealed class ProofKeyTests
{
    private static readonly string Challenge = new('c', 43);

    private TokenScene _scene = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _scene = await TokenScene.StartAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [TestCase("none")]
    [TestCase("client_secret_post")]
    [TestCase("client_secret_basic")]
    public async Task Whoever_pushes_a_request_needs_a_challenge_and_S256(string method)
    {
        var client = await _scene.RegisterAsync(method);

        Assert.That((await PushAsync(client, Challenge, "S256")).Status, Is.EqualTo(HttpStatusCode.Created));
        foreach (var (challenge, transformation) in new (string?, string?)[]
        {
            (null, null), (null, "S256"), ("", "S256"), (Challenge, null), (Challenge, "plain"), (Challenge, "s256"), (Challenge, "S512"),
        })
        {
            var answer = await PushAsync(client, challenge, transformation);
            Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_request")), $"{challenge} {transformation}");
        }
    }

    [TestCase("none")]
    [TestCase("client_secret_post")]
    public async Task A_code_without_its_verifier_is_refused(string method)
    {
        var client = await _scene.RegisterAsync(method);
        var code = await _scene.AuthorizeAsync(client);

        Assert.That((await ExchangeAsync(client, code.Value, null)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await ExchangeAsync(client, code.Value, "")).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Tokens.From(await _scene.ExchangeAsync(client, code));
    }

    [Test]
    public async Task The_challenge_which_others_may_have_seen_is_no_verifier()
    {
        var client = await _scene.RegisterAsync();
        var code = await _scene.AuthorizeAsync(client);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(code.Verifier)));

        Assert.That((await ExchangeAsync(client, code.Value, challenge)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_code_that_was_put_into_another_session_of_the_same_client_is_refused()
    {
        var client = await _scene.RegisterAsync("client_secret_post");
        var stolen = await _scene.AuthorizeAsync(client);
        var mine = await _scene.AuthorizeAsync(client);

        Assert.That((await ExchangeAsync(client, stolen.Value, mine.Verifier)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_code_is_refused_with_another_redirect_URI_than_it_was_sent_to()
    {
        var client = await _scene.RegisterAsync();
        var code = await _scene.AuthorizeAsync(client);

        foreach (var address in new[] { "https://client.example/callback/", "https://client.example/Callback", "https://evil.example/callback" })
        {
            Assert.That((await ExchangeAsync(client, code.Value, code.Verifier, address)).Error, Is.EqualTo("invalid_grant"), address);
        }

        Assert.That((await ExchangeAsync(client, code.Value, code.Verifier, null)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task A_code_is_refused_to_another_client_even_with_its_verifier_and_stays_good_for_its_own()
    {
        var client = await _scene.RegisterAsync();
        var stranger = await _scene.RegisterAsync("client_secret_post");
        var code = await _scene.AuthorizeAsync(client);

        Assert.That((await _scene.ExchangeAsync(stranger, code)).Error, Is.EqualTo("invalid_grant"));
        Tokens.From(await _scene.ExchangeAsync(client, code));
    }

    private Task<Answer> PushAsync(TestClient client, string? challenge, string? method) => _scene.PostAsync("/connect/par", client, new()
    {
        ["response_type"] = "code",
        ["redirect_uri"] = ClientScene.RedirectUri,
        ["scope"] = "openid",
        ["code_challenge"] = challenge,
        ["code_challenge_method"] = method,
    });

    private Task<Answer> ExchangeAsync(TestClient client, string code, string? verifier, string? redirectUri = ClientScene.RedirectUri) =>
        _scene.PostAsync("/connect/token", client, new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = redirectUri,
            ["code_verifier"] = verifier,
        });
}
