using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Authorization;

internal sealed class ConsentTests
{
    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _scene = await Scene.StartAsync();
        await _scene.SignInAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task Consent_is_remembered_where_only_the_client_can_receive_the_answer()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);

        Assert.That(await IsAskedAsync(Scene.WebRedirectUri), Is.False);
    }

    [TestCase(Scene.LoopbackRedirectUri)]
    [TestCase(Scene.PrivateUseRedirectUri)]
    public async Task Consent_is_asked_for_each_time_where_any_program_could_receive_the_answer(string redirectUri)
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);
        await _scene.AuthorizeAsync(redirectUri);

        Assert.That(await IsAskedAsync(redirectUri), Is.True);
    }

    [Test]
    public async Task Agreeing_for_a_program_on_the_device_is_not_agreeing_for_the_web()
    {
        await _scene.AuthorizeAsync(Scene.LoopbackRedirectUri);

        Assert.That(await IsAskedAsync(Scene.WebRedirectUri), Is.True);
    }

    [Test]
    public async Task Consent_is_remembered_over_a_restart()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);
        await _scene.Server.RestartAsync();

        Assert.That(_scene.Server.Files, Does.Contain("consents.json"));
        Assert.That(await IsAskedAsync(Scene.WebRedirectUri), Is.False);
    }

    [Test]
    public async Task More_scopes_are_asked_for_and_fewer_are_not()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri, ("scope", "openid profile"));

        Assert.That(await IsAskedAsync(Scene.WebRedirectUri, ("scope", "profile")), Is.False);
        Assert.That(await IsAskedAsync(Scene.WebRedirectUri, ("scope", "openid email")), Is.True);

        await _scene.AuthorizeAsync(Scene.WebRedirectUri, ("scope", "openid email"));
        Assert.That(await IsAskedAsync(Scene.WebRedirectUri, ("scope", "openid profile email")), Is.False, "both were agreed to");
    }

    [Test]
    public async Task Another_resource_is_asked_for()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri, ("resource", "https://mcp.example.com/"));

        Assert.That(await IsAskedAsync(Scene.WebRedirectUri, ("resource", "https://mcp.example.com/")), Is.False);
        Assert.That(await IsAskedAsync(Scene.WebRedirectUri, ("resource", "https://other.example.com/")), Is.True);
        Assert.That(await IsAskedAsync(Scene.WebRedirectUri), Is.True);
    }

    [Test]
    public async Task Another_client_is_asked_for()
    {
        await _scene.AddClientAsync("other", "Other", Scene.WebRedirectUri);
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);

        Assert.That(await IsAskedAsync(Scene.WebRedirectUri, ("client_id", "other")), Is.True);
    }

    [Test]
    public async Task Another_user_is_asked()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);
        await _scene.AddUserAsync("bob");
        var browser = _scene.OpenBrowser();
        await _scene.SignInAsync(browser, "bob");

        Assert.That(HttpBrowser.IsConsent(await browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri))), Is.True);
    }

    [Test]
    public async Task A_no_is_not_remembered_as_a_yes()
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));
        await _scene.Browser.SubmitAsync(page, [new("decision", "deny")]);

        Assert.That(await IsAskedAsync(Scene.WebRedirectUri), Is.True);
    }

    private async Task<bool> IsAskedAsync(string redirectUri, params (string Name, string? Value)[] parameters)
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(redirectUri, parameters));
        Assert.That(HttpBrowser.IsConsent(page) || page.LeftFor is not null, page.Text);
        return page.LeftFor is null;
    }
}
