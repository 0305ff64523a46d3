using System.Net;
using Identity.Server.Tokens.Connections;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Identity.Tests.Authorization.Connections;

/// <summary>What people see of their connections, and take back.</summary>
internal sealed class ConnectionPagesTests
{
    private const string Resource = "https://mcp.example.com/projects";

    private TokenScene _scene = null!;
    private TestClient _client = null!;
    private HttpBrowser _browser = null!;
    private Tokens.Tokens _tokens = null!;

    private string Address => $"/connections/{_tokens.AuthorizationId}";

    [SetUp]
    public async Task SetUp()
    {
        _scene = await TokenScene.StartAsync();
        _client = await _scene.RegisterAsync("client_secret_post");
        _tokens = await _scene.ConnectAsync(_client, "openid profile", Resource);
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
    public async Task The_pages_say_what_was_allowed_to_whom_and_when_it_was_used()
    {
        var list = await _browser.GoAsync("/connections");
        Assert.That(list.Text, Does.Contain("Client 1").And.Contain(Resource).And.Contain("last used").And.Contain("127.0.0.1"));
        Assert.That(list.Links, Does.Contain(Address));

        var page = await _browser.GoAsync(Address);
        Assert.That(page.Text, Does.Contain("Client 1").And.Contain("client.example").And.Contain(Resource).And.Contain("See your name")
            .And.Contain("Connected, from 127.0.0.1").And.Contain("It lasts until").And.Contain("for up to 60 minutes"));
    }

    [Test]
    public async Task Disconnecting_ends_refresh_introspection_and_userinfo_at_once_and_the_page_says_what_it_does_not_end()
    {
        var page = await DecideAsync("disconnect");

        Assert.That(page.Text, Does.Contain("You disconnected it.").And.Contain("looks at nothing but the signature"));
        Assert.That(_browser.Redirects[^1], Is.EqualTo((HttpMethod.Post, HttpStatusCode.SeeOther)));
        Assert.That((await _scene.RefreshAsync(_client, _tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        Assert.That(await _scene.IsActiveAsync(_client, _tokens.AccessToken), Is.False);
        Assert.That((await _scene.UserInfoAsync(_tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));

        _scene.Time.Advance(TimeSpan.FromHours(2));
        Assert.That((await _browser.GoAsync(Address)).Text, Does.Contain("You disconnected it.").And.Not.Contain("looks at nothing but the signature"));
        Assert.That((await _browser.GoAsync("/connections")).Text, Does.Contain("ended "));
    }

    [Test]
    public async Task Disconnecting_the_last_connection_of_a_client_forgets_what_was_agreed_to()
    {
        var second = await _scene.ConnectAsync(_client, "openid profile", Resource);
        await DecideAsync("disconnect");
        Assert.That((await _scene.AskAsync(_client, _browser, "openid profile", Resource)).LeftFor, Is.Not.Null, "the client has another connection");

        foreach (var id in Records.List(Records.Find(second.AuthorizationId)!.Subject).Where(record => Records.FindEnd(record) is null).Select(record => record.Id))
        {
            await _browser.SubmitAsync(await _browser.GoAsync($"/connections/{id}"), [new("decision", "disconnect")]);
        }

        Assert.That(HttpBrowser.IsConsent(await _scene.AskAsync(_client, _browser, "openid profile", Resource)), Is.True);
    }

    [Test]
    public async Task A_client_whose_connection_is_paused_is_not_connected_again_without_a_question()
    {
        var page = await DecideAsync("pause");
        Assert.That(page.Text, Does.Contain("You have paused it"));
        Assert.That((await _scene.RefreshAsync(_client, _tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        var question = await _scene.AskAsync(_client, _browser, "openid profile", Resource);
        Assert.That(HttpBrowser.IsConsent(question), Is.True);
        Assert.That(question.Text, Does.Contain("You have paused a connection of this application"));

        page = await DecideAsync("resume");
        Assert.That(page.Text, Does.Contain("You let it go on").And.Contain("You paused it"));
        Tokens.Tokens.From(await _scene.RefreshAsync(_client, _tokens.RefreshToken!));
        Assert.That((await _scene.AskAsync(_client, _browser, "openid profile", Resource)).LeftFor, Is.Not.Null);
    }

    [Test]
    public async Task The_page_says_why_a_connection_ended()
    {
        _scene.Time.Advance(TimeSpan.FromHours(25));
        Assert.That((await _browser.GoAsync("/account/sign-in")).Status, Is.EqualTo(HttpStatusCode.OK));
        await _browser.SignInAsync(await _browser.GoAsync("/account/sign-in"), Scene.UserName, Scene.Password);

        Assert.That((await _browser.GoAsync(Address)).Text, Does.Contain("It expired after 24 hours without use.").And.Not.Contain("Disconnect"));

        var reused = await _scene.ConnectAsync(_client, "openid profile", Resource);
        var next = Tokens.Tokens.From(await _scene.RefreshAsync(_client, reused.RefreshToken!));
        await _scene.RefreshAsync(_client, next.RefreshToken!);
        await _scene.RefreshAsync(_client, reused.RefreshToken!);
        await _scene.Server.RestartAsync();
        Assert.That((await _browser.GoAsync($"/connections/{reused.AuthorizationId}")).Text, Does.Contain("an old refresh token was used again"));
    }

    [Test]
    public async Task Nobody_elses_connection_is_shown_or_changed_and_looks_like_none()
    {
        await _scene.AddUserAsync("bob");
        using var bob = _scene.OpenBrowser();
        await bob.SignInAsync(await bob.GoAsync("/account/sign-in"), "bob", Scene.Password);
        var own = await _browser.GoAsync(Address);

        var foreign = await bob.GoAsync(Address);
        var unknown = await bob.GoAsync("/connections/nothing");
        Assert.That((foreign.Status, foreign.Text), Is.EqualTo((HttpStatusCode.NotFound, unknown.Text)));
        Assert.That(unknown.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await bob.GoAsync("/connections")).Text, Does.Contain("No application is connected"));

        // With what it takes to be believed on a form of his own.
        var form = (await bob.GoAsync("/account/sign-out")).Forms[0].Fields.Where(field => field.Type is "hidden").Select(field => KeyValuePair.Create(field.Name!, field.Value));
        var answer = await bob.PostAsync(own.Forms[0].Action, [.. form, new("decision", "disconnect")]);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Tokens.Tokens.From(await _scene.RefreshAsync(_client, _tokens.RefreshToken!));
    }

    [Test]
    public async Task A_form_that_is_sent_twice_or_without_its_token_does_no_harm()
    {
        var page = await _browser.GoAsync(Address);
        Assert.That((await _browser.PostAsync(page.Forms[0].Action, [new("decision", "disconnect")])).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await _scene.IsActiveAsync(_client, _tokens.AccessToken), Is.True);

        await _browser.SubmitAsync(page, [new("decision", "disconnect")]);
        var again = await _browser.SubmitAsync(page, [new("decision", "disconnect")]);
        Assert.That((again.Status, again.Address.AbsolutePath), Is.EqualTo((HttpStatusCode.OK, Address)));
        Assert.That((await _browser.SubmitAsync(page, [new("decision", "pause")])).Text, Does.Contain("You disconnected it."));
    }

    [Test]
    public async Task Who_is_not_signed_in_signs_in_first_and_comes_back()
    {
        using var browser = _scene.OpenBrowser();
        var page = await browser.GoAsync(Address);
        Assert.That(HttpBrowser.IsSignIn(page), Is.True);
        Assert.That((await browser.SignInAsync(page, Scene.UserName, Scene.Password)).Address.AbsolutePath, Is.EqualTo(Address));
    }

    private ConnectionRecords Records => _scene.Server.Services.GetRequiredService<ConnectionRecords>();

    private async Task<BrowserPage> DecideAsync(string decision) => await _browser.SubmitAsync(await _browser.GoAsync(Address), [new("decision", decision)]);
}
