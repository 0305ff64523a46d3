using Identity.Server.Accounts;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Identity.Tests.Authorization;

/// <summary>The pages in a real browser, which also holds to the headers that they come with.</summary>
internal sealed class ChromiumTests
{
    private Scene _scene = null!;
    private Chromium _chromium = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _chromium = await Chromium.StartAsync();
        _scene = await Scene.StartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _chromium.DisposeAsync();
        await _scene.DisposeAsync();
    }

    [Test]
    public async Task A_person_signs_in_allows_and_lands_at_the_client()
    {
        using var client = new CallbackListener();
        await _scene.AddClientAsync("desktop", "Desktop Client", client.RedirectUri);
        var page = await _chromium.OpenAsync();

        await page.GotoAsync(_scene.AuthorizeUrl(client.RedirectUri, ("client_id", "desktop")).AbsoluteUri);
        await page.GetByLabel("User name").FillAsync(Scene.UserName);
        await page.GetByLabel("Password").FillAsync(Scene.Password);
        await page.Keyboard.PressAsync("Enter");
        var received = client.ReceiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
        var request = await received;
        await Assertions.Expect(page.GetByText("Back at the client")).ToBeVisibleAsync();

        Assert.That(request, Does.StartWith("/callback?").And.Contain("code=").And.Contain("iss="));
        Assert.That(_chromium.Complaints, Is.Empty);
    }

    [Test]
    public async Task A_person_says_no_and_lands_at_the_client()
    {
        using var client = new CallbackListener();
        await _scene.AddClientAsync("desktop", "Desktop Client", client.RedirectUri);
        var page = await _chromium.OpenAsync();

        await page.GotoAsync(_scene.AuthorizeUrl(client.RedirectUri, ("client_id", "desktop")).AbsoluteUri);
        await SignInAsync(page);
        var received = client.ReceiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Deny" }).ClickAsync();

        Assert.That(await received, Does.Contain("error=access_denied"));
        Assert.That(_chromium.Complaints, Is.Empty);
    }

    [Test]
    public async Task Signing_in_leads_to_a_client_that_needs_no_further_question()
    {
        // Chromium has no name server here and shows an error page at the client; getting as far as to ask for it is the point.
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);
        var page = await _chromium.OpenAsync();

        await page.GotoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri).AbsoluteUri);
        var asked = page.WaitForRequestAsync(request => request.Url.StartsWith(Scene.WebRedirectUri, StringComparison.Ordinal));
        await SignInAsync(page);

        Assert.That((await asked).Url, Does.Contain("code="));
        Assert.That(_chromium.Complaints, Has.None.Contains("Content Security Policy"));
    }

    [Test]
    public async Task An_application_on_the_device_is_reached_by_its_scheme()
    {
        var page = await _chromium.OpenAsync();
        await page.GotoAsync(_scene.AuthorizeUrl(Scene.PrivateUseRedirectUri).AbsoluteUri);
        await SignInAsync(page);

        // There is no such application here; that Chromium asks for one is the point.
        var asked = page.WaitForRequestAsync(request => request.Url.StartsWith(Scene.PrivateUseRedirectUri, StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();

        Assert.That((await asked).Url, Does.Contain("code="));
        Assert.That(_chromium.Complaints, Has.None.Contains("Content Security Policy"));
    }

    [Test]
    public async Task The_form_leads_to_nobody_but_the_client()
    {
        var page = await _chromium.OpenAsync();
        await page.GotoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri).AbsoluteUri);
        await SignInAsync(page);
        foreach (var (redirectUri, elsewhere) in new[]
        {
            (Scene.WebRedirectUri, "https://client.example.evil.example/"),
            (Scene.WebRedirectUri, "http://127.0.0.1:4711/callback"),
            (Scene.LoopbackRedirectUri, "http://127.0.0.1:4712/callback"),
            (Scene.PrivateUseRedirectUri, "com.example.other:/callback"),
        })
        {
            await page.GotoAsync(_scene.AuthorizeUrl(redirectUri).AbsoluteUri);
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Allow" })).ToBeVisibleAsync();
            var refused = page.WaitForConsoleMessageAsync(new() { Predicate = message => message.Text.Contains("form-action", StringComparison.Ordinal) });

            await page.EvaluateAsync(
                "address => { document.forms[0].action = address; document.querySelector('button[value=allow]').click(); }", elsewhere);

            Assert.That((await refused).Text, Does.Contain(new Uri(elsewhere).GetLeftPart(UriPartial.Authority)));
        }

        Assert.That(await _scene.ListConnectionsAsync(), Is.Empty);
    }

    [Test]
    public async Task The_answer_reaches_the_client_as_a_form()
    {
        using var client = new CallbackListener();
        await _scene.AddClientAsync("desktop", "Desktop Client", client.RedirectUri);
        var page = await _chromium.OpenAsync();

        await page.GotoAsync(_scene.AuthorizeUrl(client.RedirectUri, ("client_id", "desktop"), ("response_mode", "form_post")).AbsoluteUri);
        await SignInAsync(page);
        var received = client.ReceiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();

        Assert.That(await received, Is.EqualTo("/callback"));
        Assert.That(_chromium.Complaints, Is.Empty);
    }

    [Test]
    public async Task A_client_that_opened_a_window_hears_from_it()
    {
        using var client = new CallbackListener("<script>window.opener.postMessage(location.search, '*')</script>");
        await _scene.AddClientAsync("web-page", "Client on a web page", client.RedirectUri);
        var page = await _chromium.OpenAsync();
        var start = client.ReceiveAsync(
            "<p id=answer></p><button>Connect</button><script>"
            + "document.querySelector('button').onclick = () => window.open("
            + $"'{_scene.AuthorizeUrl(client.RedirectUri, ("client_id", "web-page")).AbsoluteUri}', 'connect', 'width=500,height=700');"
            + "window.onmessage = message => document.getElementById('answer').textContent = message.data</script>");
        await page.GotoAsync(client.RedirectUri.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        await start;

        var popup = await page.RunAndWaitForPopupAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync());
        await SignInAsync(popup);
        var received = client.ReceiveAsync();
        await popup.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
        await received;

        await Assertions.Expect(page.Locator("#answer")).ToContainTextAsync("code=");
    }

    [Test]
    public async Task Every_page_can_be_looked_at()
    {
        await using var empty = await Scene.StartEmptyAsync();
        var setup = empty.Server.Services.GetRequiredService<FirstAccountLink>().Issue(empty.Server.Address)!;
        await _scene.AddClientAsync(
            "loopback", "Claude Code (mcp.example.com)", "http://127.0.0.1:53682/callback");
        await _scene.AddDeviceClientAsync("television", "Television");
        await _scene.AddClientAsync("web", "ChatGPT", "https://chatgpt.com/connector_platform_oauth_redirect");

        foreach (var look in Look.All)
        {
            var page = await _chromium.OpenAsync(look);
            await ShowAsync(page, look, "home", "/");
            await ShowAsync(page, look, "setup", setup.AbsoluteUri);
            await ShowAsync(page, look, "setup-expired", "/account/setup?token=x");
            await ShowAsync(page, look, "error-unknown-client", "/connect/authorize?client_id=unknown&redirect_uri=https://client.example/");
            await ShowAsync(page, look, "error-start-over", $"/connect/authorize?client_id={Scene.ClientId}&request_uri=urn:ietf:params:oauth:request_uri:x");
            await ShowAsync(page, look, "error-not-found", "/nothing-here");
            await ShowAsync(page, look, "sign-in-plain", "/account/sign-in");
            await ShowAsync(page, look, "sign-in", Consent("web"));
            await page.GetByLabel("User name").FillAsync(Scene.UserName);
            await page.GetByLabel("Password").FillAsync("not the password");
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
            await ShootAsync(page, look, "sign-in-wrong");
            await SignInAsync(page);
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Allow" })).ToBeVisibleAsync();
            await ShootAsync(page, look, "consent");
            await ShowAsync(page, look, "consent-loopback", Consent("loopback", "http://127.0.0.1:53682/callback"));
            await ShowAsync(page, look, "home-signed-in", "/");
            await ShowAsync(page, look, "device", "/device");
            await ShowAsync(page, look, "device-wrong", "/device?user_code=BBBB-BBBB");
            await ShowAsync(page, look, "device-consent", await _scene.AskForDeviceAsync());
            await ShowAsync(page, look, "device-done", "/device/done?allowed");
            await ShowAsync(page, look, "sign-out", "/account/sign-out");
            await ShowAsync(page, look, "end-session", "/connect/logout");
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
            await Assertions.Expect(page.GetByText("You are signed out")).ToBeVisibleAsync();
            await ShootAsync(page, look, "signed-out");
        }

        // Chromium reports every error status as a failure to load; anything else would be a rule of ours that a page breaks.
        Assert.That(_chromium.Complaints.Where(text => !text.Contains("the server responded with a status", StringComparison.Ordinal)), Is.Empty);
    }

    private string Consent(string clientId, string redirectUri = "https://chatgpt.com/connector_platform_oauth_redirect") => _scene.AuthorizeUrl(
        redirectUri,
        ("client_id", clientId),
        ("scope", "openid profile email"),
        ("resource", "https://mcp.example.com/projects")).AbsoluteUri;

    private static async Task SignInAsync(IPage page)
    {
        await page.GetByLabel("User name").FillAsync(Scene.UserName);
        await page.GetByLabel("Password").FillAsync(Scene.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private async Task ShowAsync(IPage page, Look look, string name, string address)
    {
        await page.GotoAsync(new Uri(_scene.Server.Address, address).AbsoluteUri);
        await ShootAsync(page, look, name);
    }

    private static async Task ShootAsync(IPage page, Look look, string name)
    {
        // Nothing sticks out sideways, however narrow the screen.
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(look.Width), name);
        var background = await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor");
        Assert.That(background, Is.EqualTo(look.Scheme == ColorScheme.Dark ? "rgb(18, 22, 21)" : "rgb(244, 245, 243)"), "the stylesheet counts");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Screenshots, $"{name}-{look.Name}.png"), FullPage = true });
    }
}
