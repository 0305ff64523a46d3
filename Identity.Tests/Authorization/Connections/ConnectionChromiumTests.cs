using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Identity.Tests.Authorization.Connections;

/// <summary>What people allow, and take back, in a real browser.</summary>
internal sealed class ConnectionChromiumTests
{
    private TokenScene _scene = null!;
    private Chromium _chromium = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _chromium = await Chromium.StartAsync();
        _scene = await TokenScene.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _chromium.DisposeAsync();
        await _scene.DisposeAsync();
    }

    [Test]
    public async Task A_person_leaves_out_a_scope_connects_again_without_being_asked_and_disconnects()
    {
        var client = await _scene.RegisterAsync("client_secret_post");
        var page = await OpenAsync(_scene.AskAddress(client, "openid profile email"));
        await page.GetByLabel("See your e-mail address").UncheckAsync();
        var tokens = await ExchangeAsync(client, page, () => page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync());
        var introspected = (await _scene.IntrospectAsync(client, tokens.AccessToken)).Json.GetProperty("scope").GetString();
        Assert.That((tokens.Scope, introspected), Is.EqualTo(("openid profile offline_access", "openid profile offline_access")));

        page = await page.Context.NewPageAsync();
        var again = await ExchangeAsync(client, page, () => TryGoAsync(page, _scene.AskAddress(client, "openid profile")));
        Assert.That(again.Scope, Is.EqualTo("openid profile offline_access"));

        page = await page.Context.NewPageAsync();
        foreach (var connected in new[] { tokens, again })
        {
            await page.GotoAsync(new Uri(_scene.Server.Address, $"/connections/{connected.AuthorizationId}").AbsoluteUri);
            await page.GetByRole(AriaRole.Button, new() { Name = "Disconnect" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("You disconnected it.");
            Assert.That((await _scene.RefreshAsync(client, connected.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        }

        await page.GotoAsync(_scene.AskAddress(client, "openid profile").AbsoluteUri);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Allow" })).ToBeVisibleAsync();
    }

    [Test]
    public async Task A_person_pauses_a_connection_and_lets_it_go_on()
    {
        var client = await _scene.RegisterAsync();
        var tokens = await _scene.ConnectAsync(client);
        var page = await OpenAsync(new Uri(_scene.Server.Address, $"/connections/{tokens.AuthorizationId}"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("You have paused it");
        Assert.That((await _scene.RefreshAsync(client, tokens.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Let it go on" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pause" })).ToBeVisibleAsync();
        Tokens.Tokens.From(await _scene.RefreshAsync(client, tokens.RefreshToken!));
    }

    [Test]
    public async Task The_back_button_leads_to_a_page_that_says_to_start_over()
    {
        using var listener = new CallbackListener();
        var client = await _scene.RegisterAsync(redirectUri: listener.RedirectUri);
        var page = await OpenAsync(_scene.AskAddress(client, "openid", redirectUri: listener.RedirectUri));
        var received = listener.ReceiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();
        await received;
        await Assertions.Expect(page.GetByText("Back at the client")).ToBeVisibleAsync();

        await page.GoBackAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Start over from the application" })).ToBeVisibleAsync();
    }

    private async Task<IPage> OpenAsync(Uri address)
    {
        var page = await _chromium.OpenAsync();
        await page.GotoAsync(address.AbsoluteUri);
        await page.GetByLabel("User name").FillAsync(Scene.UserName);
        await page.GetByLabel("Password").FillAsync(Scene.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        return page;
    }

    /// <summary>Takes the code with which the browser goes to the client, which it cannot reach, has it exchanged, and closes the page: it
    /// would show later that it failed, or try again, over what the test does next.</summary>
    private async Task<Tokens.Tokens> ExchangeAsync(TestClient client, IPage page, Func<Task> act)
    {
        var asked = page.WaitForRequestAsync(request => request.Url.StartsWith(ClientScene.RedirectUri, StringComparison.Ordinal));
        await act();
        var code = _scene.CodeOf(new Uri((await asked).Url));
        await page.CloseAsync();
        return Tokens.Tokens.From(await _scene.ExchangeAsync(client, code));
    }

    private static async Task TryGoAsync(IPage page, Uri address)
    {
        try
        {
            await page.GotoAsync(address.AbsoluteUri);
        }
        catch (PlaywrightException)
        {
            // There is no such client here; getting as far as to ask for it is the point.
        }
    }
}
