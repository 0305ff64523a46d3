using Identity.Tests.Infrastructure;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Providers;

/// <summary>The way to each provider and back in a real browser, which finds the providers under their real names.</summary>
internal sealed class ProviderChromiumTests
{
    private ProviderScene _scene = null!;
    private ProviderPages _pages = null!;
    private Chromium _chromium = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _scene = await ProviderScene.StartAsync("--Identity:Admission:Everyone=true");
        _pages = await ProviderPages.StartAsync();
        _pages.Visitors[_scene.Google.Host] = (_scene.Google, PlayedProviders.OfGoogle("g", "g@gmail.com"));
        _pages.Visitors[_scene.Microsoft.Host] = (_scene.Microsoft, PlayedProviders.OfMicrosoft("m"));
        _pages.Visitors[_scene.Company.Host] = (_scene.Company, PlayedProviders.OfCompany("c"));
        _chromium = await Chromium.StartAsync(_pages.BrowserArguments);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _chromium.DisposeAsync();
        await _pages.DisposeAsync();
        await _scene.DisposeAsync();
    }

    [TestCase("Google", "google")]
    [TestCase("Microsoft", "microsoft")]
    [TestCase("company", "company")]
    public async Task A_person_signs_in_elsewhere_and_lands_at_the_client(string provider, string clientId)
    {
        using var client = new CallbackListener();
        await _scene.Scene.AddClientAsync(clientId, "Desktop Client", client.RedirectUri);
        var page = await _chromium.OpenAsync();

        await page.GotoAsync(_scene.Scene.AuthorizeUrl(client.RedirectUri, ("client_id", clientId)).AbsoluteUri);
        await page.GetByRole(AriaRole.Link, new() { Name = $"Continue with {provider}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, it is me" }).ClickAsync();
        var received = client.ReceiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();

        Assert.That(await received, Does.StartWith("/callback?").And.Contain("code="));
        Assert.That(_chromium.Complaints, Has.None.Contains("Content Security Policy"));
    }

    [Test]
    public async Task A_person_links_an_identity_and_the_back_button_tells_to_start_over()
    {
        _pages.Visitors[_scene.Google.Host] = (_scene.Google, PlayedProviders.OfGoogle("alice", "alice@gmail.com"));
        var page = await _chromium.OpenAsync();
        await page.GotoAsync(new Uri(_scene.Scene.Server.Address, "/account/providers").AbsoluteUri);
        await page.GetByLabel("User name").FillAsync(Scene.UserName);
        await page.GetByLabel("Password").FillAsync(Scene.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();

        // The page in between goes on by itself.
        await page.GetByRole(AriaRole.Button, new() { Name = "Link an identity at Google" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, it is me" }).ClickAsync();
        await Assertions.Expect(page.GetByText("alice@gmail.com")).ToBeVisibleAsync();
        await Chromium.TakePictureAsync(page, "linked-providers-light");

        await page.GoBackAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, it is me" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Start over" })).ToBeVisibleAsync();
        await Chromium.TakePictureAsync(page, "external-start-over-light");
        Assert.That(_chromium.Complaints, Has.None.Contains("Content Security Policy"));
    }
}
