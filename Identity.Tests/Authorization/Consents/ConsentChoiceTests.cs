using System.Net;
using Identity.Server.Tokens.Connections;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Identity.Tests.Authorization.Consents;

/// <summary>What people can choose before they allow something, and what comes of it.</summary>
internal sealed class ConsentChoiceTests
{
    private TokenScene _scene = null!;
    private TestClient _client = null!;
    private HttpBrowser _browser = null!;

    [SetUp]
    public async Task SetUp()
    {
        _scene = await TokenScene.StartAsync();
        _client = await _scene.RegisterAsync("client_secret_post");
        _browser = _scene.OpenBrowser();
        await _browser.SignInAsync(await _browser.GoAsync("/account/sign-in"), Scene.UserName, Scene.Password);
    }

    [TearDown]
    public async Task TearDown()
    {
        _browser.Dispose();
        await _scene.DisposeAsync();
    }

    [Test]
    public async Task What_is_not_ticked_is_not_granted_and_the_answer_says_so()
    {
        var tokens = await AllowAsync("openid profile email", ["email"]);

        Assert.That(tokens.Scope.Split(' '), Is.EquivalentTo(new[] { "openid", "email", "offline_access" }));
        Assert.That(Tokens.Tokens.Claims(tokens.IdToken!).TryGetProperty("preferred_username", out _), Is.False);
        Assert.That((await _scene.IntrospectAsync(_client, tokens.AccessToken)).Json.GetProperty("scope").GetString(), Does.Not.Contain("profile"));
        var refreshed = Tokens.Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!));
        Assert.That(refreshed.Scope, Does.Not.Contain("profile"));
        Assert.That((await _scene.RefreshAsync(_client, refreshed.RefreshToken!, scope: "openid profile")).Error, Is.EqualTo("invalid_scope"));
    }

    [Test]
    public async Task What_was_left_out_is_asked_for_again_and_still_left_out()
    {
        await AllowAsync("openid profile email", ["email"]);

        Assert.That((await _scene.AskAsync(_client, _browser, "openid email")).LeftFor, Is.Not.Null);
        var page = await _scene.AskAsync(_client, _browser, "openid profile email");
        Assert.That(Boxes(page), Is.EqualTo(new[] { ("profile", false), ("email", true) }));

        await _browser.SubmitAsync(page, [new("decision", "allow"), new("granted", "profile"), new("granted", "email")]);
        Assert.That((await _scene.AskAsync(_client, _browser, "openid profile email")).LeftFor, Is.Not.Null, "all of it is agreed to now");
    }

    [Test]
    public async Task What_was_agreed_to_once_and_left_out_later_is_no_longer_agreed_to()
    {
        await AllowAsync("openid profile email", ["profile", "email"]);
        await AllowAsync("openid profile email", ["profile"], ("prompt", "consent"));

        Assert.That(HttpBrowser.IsConsent(await _scene.AskAsync(_client, _browser, "openid email")), Is.True);
    }

    [TestCase("granted", "admin")]
    [TestCase("granted", "address")]
    [TestCase("lasts", "3650")]
    [TestCase("lasts", "-1")]
    [TestCase("lasts", "soon")]
    public async Task What_the_page_does_not_offer_is_not_taken(string field, string value)
    {
        var page = await _scene.AskAsync(_client, _browser, "openid profile");
        var answer = await _browser.SubmitAsync(page, [new("decision", "allow"), new(field, value)]);

        Assert.That((answer.Status, answer.LeftFor), Is.EqualTo((HttpStatusCode.BadRequest, (Uri?)null)));
    }

    [Test]
    public async Task A_connection_ends_when_its_user_said_and_then_they_are_asked_again()
    {
        var tokens = await AllowAsync("openid profile", ["profile"], ("lasts", "7"));
        for (var day = 1; day <= 7; day++)
        {
            _scene.Time.Advance(TimeSpan.FromHours(23));
            tokens = Tokens.Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!));
        }

        await SignInAsync();
        var silent = await _scene.AskAsync(_client, _browser, "openid profile");
        Assert.That(silent.LeftFor, Is.Not.Null);
        var other = Tokens.Tokens.From(await _scene.ExchangeAsync(_client, _scene.CodeOf(silent)));
        _scene.Time.Advance(TimeSpan.FromHours(8));

        Assert.That((await _scene.RefreshAsync(_client, tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        Assert.That((await _scene.RefreshAsync(_client, other.RefreshToken!)).Error, Is.EqualTo("invalid_grant"), "no longer than was chosen");
        var records = _scene.Server.Services.GetRequiredService<ConnectionRecords>();
        Assert.That(records.FindEnd(records.Find(tokens.AuthorizationId)!)!.Value.Ending, Is.EqualTo(ConnectionEnding.ReachedEnd));
        await SignInAsync();
        Assert.That(HttpBrowser.IsConsent(await _scene.AskAsync(_client, _browser, "openid profile")), Is.True);
    }

    [Test]
    public async Task The_server_says_no_sooner_than_its_settings()
    {
        await using var scene = await TokenScene.StartAsync("--Identity:Tokens:ConnectionLifetime=5.00:00:00");
        var client = await scene.RegisterAsync();
        using var browser = scene.OpenBrowser();
        await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), Scene.UserName, Scene.Password);
        var page = await scene.AskAsync(client, browser, "openid");

        Assert.That(page.Text, Does.Contain("up to 5 days").And.Contain("for one day").And.Not.Contain("7 days"));
        Assert.That((await browser.SubmitAsync(page, [new("decision", "allow"), new("lasts", "7")])).Status, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task The_question_says_since_when_the_server_knows_the_client()
    {
        Assert.That((await _scene.AskAsync(_client, _browser, "openid")).Text, Does.Contain("Known to this server since " + Identity.Server.Pages.PageTime.Day(_scene.Time.GetUtcNow())));
    }

    [Test]
    public async Task After_a_restart_the_question_cannot_be_answered_and_the_page_says_to_start_over()
    {
        var page = await _scene.AskAsync(_client, _browser, "openid");
        await _scene.Server.RestartAsync();

        var answer = await _browser.SubmitAsync(page, [new("decision", "allow")]);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(answer.Text, Does.Contain("Start over from the application"));
    }

    private static IEnumerable<(string, bool)> Boxes(BrowserPage page)
        => page.Forms[0].Fields.Where(field => field.Type is "checkbox").Select(field => (field.Value, field.IsChecked));

    private async Task SignInAsync() => await _browser.SignInAsync(await _browser.GoAsync("/account/sign-in"), Scene.UserName, Scene.Password);

    private async Task<Tokens.Tokens> AllowAsync(string scope, string[] granted, params (string Name, string Value)[] more)
    {
        var prompt = more.Where(field => field.Name is "prompt").Select(field => field.Value).FirstOrDefault();
        var page = await _scene.AskAsync(_client, _browser, scope, prompt: prompt);
        var fields = granted.Select(name => KeyValuePair.Create("granted", name)).Append(new("decision", "allow"))
            .Concat(more.Where(field => field.Name is not "prompt").Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return Tokens.Tokens.From(await _scene.ExchangeAsync(_client, _scene.CodeOf(await _browser.SubmitAsync(page, [.. fields]))));
    }
}
