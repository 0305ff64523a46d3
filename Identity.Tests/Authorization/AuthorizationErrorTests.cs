using System.Net;
using System.Text.RegularExpressions;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using OpenIddict.Abstractions;

namespace Identity.Tests.Authorization;

internal sealed partial class AuthorizationErrorTests
{
    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task An_unknown_client_gets_a_page_that_leads_nowhere_and_says_what_to_do()
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl("https://evil.example/callback", ("client_id", "unknown")));

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.LeftFor, Is.Null);
        Assert.That(page.Html, Does.Not.Contain("evil.example"));
        Assert.That(page.Text, Does.Contain("does not know the application")
            .And.Contain("ChatGPT").And.Contain("Claude Code").And.Contain("add it again"));
    }

    [Test]
    public async Task A_client_that_was_removed_gets_the_page_of_an_unknown_one()
    {
        var unknown = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("client_id", "unknown")));
        await using (var scope = _scene.Server.Services.CreateAsyncScope())
        {
            var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
            await applications.DeleteAsync((await applications.FindByClientIdAsync(Scene.ClientId))!);
        }

        var removed = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));

        Assert.That(removed.Status, Is.EqualTo(unknown.Status));
        Assert.That(WithoutReference(removed), Is.EqualTo(WithoutReference(unknown)));
    }

    [Test]
    public async Task The_reference_on_the_page_is_in_the_log()
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("client_id", "some\r\nclient-or-secret")));

        var reference = Reference().Match(page.Text).Groups[1].Value;
        Assert.That(reference, Is.Not.Empty, page.Text);
        var entry = _scene.Server.Log.Entries.Single(entry => entry.Message.Contains(reference, StringComparison.Ordinal));
        Assert.That(entry.Message, Does.Contain("UnknownClient").And.Contain("some??cl…").And.Not.Contain("secret"));
    }

    [Test]
    public async Task A_page_that_was_open_for_too_long_has_a_reference_that_the_log_has_too()
    {
        var page = await _scene.Browser.PostAsync(new Uri("/account/sign-in", UriKind.Relative), [new("UserName", "alice")]);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        var reference = Reference().Match(page.Text).Groups[1].Value;
        Assert.That(_scene.Server.Log.Entries.Single(entry => entry.Message.Contains(reference, StringComparison.Ordinal)).Message,
            Does.Contain("/account/sign-in").And.Contain("400"));
    }

    [TestCase("https://evil.example/callback")]
    [TestCase("https://client.example/callback/../elsewhere")]
    [TestCase("https://client.example/callback?more=1")]
    [TestCase("javascript:alert(1)")]
    [TestCase("/relative")]
    public async Task An_address_that_is_not_registered_is_not_gone_to(string redirectUri)
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(redirectUri));

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.LeftFor, Is.Null);
        Assert.That(page.Links, Does.Not.Contain(redirectUri));
    }

    [TestCase("scope", "unknown another", "invalid_scope")]
    [TestCase("response_type", "token", "unsupported_response_type")]
    [TestCase("response_mode", "fragment", "invalid_request")]
    [TestCase("response_mode", "web_message", "invalid_request")]
    [TestCase("prompt", "none consent", "invalid_request")]
    [TestCase("code_challenge", null, "invalid_request")]
    [TestCase("code_challenge_method", "plain", "invalid_request")]
    [TestCase("prompt", "none login", "invalid_request")]
    [TestCase("resource", "not a URI", "invalid_target")]
    public async Task A_mistake_in_a_request_goes_back_to_the_client(string parameter, string? value, string error)
    {
        await _scene.SignInAsync();

        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, (parameter, value)));

        Assert.That(page.LeftFor?.OriginalString, Does.StartWith(Scene.WebRedirectUri), page.Text);
        Assert.That(page.LeftFor!.Fragment, Is.Empty);
        var answer = Scene.Answer(page.LeftFor!);
        Assert.That(answer["error"], Does.StartWith(error));
        Assert.That(answer["state"], Is.EqualTo("a state & more"));
        Assert.That(answer, Contains.Key("iss"));
    }

    [Test]
    public async Task A_mistake_made_on_purpose_forwards_nobody_who_is_not_signed_in()
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("scope", "unknown")));
        Assert.That(HttpBrowser.IsSignIn(page), Is.True, page.Text);

        page = await _scene.Browser.SignInAsync(page, Scene.UserName, Scene.Password);

        Assert.That(Scene.Answer(page.LeftFor!)["error"], Is.EqualTo("invalid_scope"));
    }

    [Test]
    public async Task A_mistake_in_a_silent_request_goes_back_at_once()
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("scope", "unknown"), ("prompt", "none")));

        Assert.That(Scene.Answer(page.LeftFor!)["error"], Is.EqualTo("invalid_scope"));
    }

    [TestCase("/connect/authorize")]
    [TestCase("/connect/authorize?client_id=client")]
    [TestCase("/connect/authorize?client_id=client&request_uri=urn:ietf:params:oauth:request_uri:unknown")]
    [TestCase("/connect/authorize?client_id=client&request_uri=https://evil.example/request")]
    [TestCase("/connect/authorize?client_id=%00")]
    [TestCase("/connect/authorize?client_id=client&response_type=code&redirect_uri=https%3A%2F%2Fclient.example%2Fcallback&state=a%00b")]
    [TestCase("/connect/logout?post_logout_redirect_uri=https://evil.example/")]
    public async Task Nonsense_gets_a_readable_page(string address)
    {
        var page = await _scene.Browser.GoAsync(address);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.LeftFor, Is.Null);
        Assert.That(page.ContentType, Is.EqualTo("text/html"), page.Html);
        Assert.That(page.Html, Does.Not.Contain("evil.example").And.Not.Contain("Exception"));
    }

    private static string WithoutReference(BrowserPage page) => Reference().Replace(page.Text, string.Empty);

    [GeneratedRegex("reference: ([0-9A-Z]{8})")]
    private static partial Regex Reference();
}
