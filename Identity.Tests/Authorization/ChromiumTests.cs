using Identity.Tests.Infrastructure;
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
        // Keys go to the window in front; other tests open theirs in the same process.
        await page.BringToFrontAsync();
        await page.Keyboard.PressAsync("Enter");
        var received = client.ReceiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
        var request = await received;
        await Assertions.Expect(page.GetByText("Back at the client")).ToBeVisibleAsync();

        Assert.That(request, Does.StartWith("/callback?").And.Contain("code=").And.Contain("iss="));
        Assert.That(_chromium.Complaints, Is.Empty);
    }

    [Test]
    public async Task A_person_who_clicks_twice_lands_at_the_client()
    {
        using var client = new CallbackListener();
        await _scene.AddClientAsync("desktop", "Desktop Client", client.RedirectUri);
        var page = await _chromium.OpenAsync();
        await page.GotoAsync(_scene.AuthorizeUrl(client.RedirectUri, ("client_id", "desktop")).AbsoluteUri);
        await SignInAsync(page);

        var received = client.ReceiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).DblClickAsync();

        Assert.That(await received, Does.Contain("code="));
        await Assertions.Expect(page.GetByText("Back at the client")).ToBeVisibleAsync();
        Assert.That(await _scene.ListConnectionsAsync(), Has.Count.EqualTo(1));
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

    private static async Task SignInAsync(IPage page)
    {
        await page.GetByLabel("User name").FillAsync(Scene.UserName);
        await page.GetByLabel("Password").FillAsync(Scene.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }
}
