using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Authorization;

internal sealed class EndSessionTests
{
    private const string Back = "https://client.example/signed-out";
    private const string Address = $"/connect/logout?client_id={Scene.ClientId}&post_logout_redirect_uri={Back}&state=s";

    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_client_signs_a_user_out_after_the_user_said_so()
    {
        await _scene.SignInAsync();

        var question = await _scene.Browser.GoAsync(Address);
        var before = await _scene.Browser.GoAsync("/");
        var left = await _scene.Browser.SubmitAsync(question, [new("decision", "sign-out")]);
        var after = await _scene.Browser.GoAsync("/");

        Assert.That(question.Text, Does.Contain("Sign out?"));
        Assert.That(question.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("form-action 'self' https://client.example"));
        Assert.That(before.Text, Does.Contain("signed in as alice"));
        Assert.That(left.LeftFor, Is.EqualTo(new Uri($"{Back}?state=s")));
        Assert.That(after.Text, Does.Not.Contain("signed in as"));
    }

    [Test]
    public async Task Whoever_is_not_signed_in_goes_straight_back()
    {
        Assert.That((await _scene.Browser.GoAsync(Address)).LeftFor, Is.EqualTo(new Uri($"{Back}?state=s")));
    }

    [Test]
    public async Task Without_an_address_to_go_to_a_page_says_so()
    {
        await _scene.SignInAsync();

        var question = await _scene.Browser.GoAsync("/connect/logout");
        var page = await _scene.Browser.SubmitAsync(question, [new("decision", "sign-out")]);

        Assert.That(page.LeftFor, Is.Null);
        Assert.That(page.Text, Does.Contain("You are signed out"));
    }

    [Test]
    public async Task A_form_from_elsewhere_signs_nobody_out()
    {
        await _scene.SignInAsync();

        await _scene.Browser.PostAsync(new Uri("/connect/logout", UriKind.Relative), [new("decision", "sign-out")]);
        await _scene.Browser.PostAsync(new Uri("/connect/logout", UriKind.Relative), []);

        Assert.That((await _scene.Browser.GoAsync("/")).Text, Does.Contain("signed in as alice"));
    }
}
