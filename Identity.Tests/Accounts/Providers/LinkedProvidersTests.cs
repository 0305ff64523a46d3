using System.Net;
using Identity.Server.Accounts.Providers;
using Identity.Stores.FileSystem.Models;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Providers;

internal sealed class LinkedProvidersTests
{
    private const string GoogleIssuer = "https://accounts.google.com";

    private ProviderScene _scene = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _scene = await ProviderScene.StartAsync();
        await _scene.Scene.SignInAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_person_links_an_identity_signs_in_with_it_and_takes_it_away_again()
    {
        var page = await LinkAsync("g1");
        Assert.That(page.Address.AbsolutePath, Is.EqualTo("/account/providers"), page.Text);
        Assert.That(page.Text, Does.Contain("g1@gmail.com"));
        var other = _scene.Scene.OpenBrowser();
        Assert.That((await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("g1", "g1@gmail.com"), other)).Text, Does.Contain("signed in as alice"));

        var left = await _scene.Scene.Browser.SubmitAsync(page, [new("issuer", GoogleIssuer), new("subject", "g1")]);

        Assert.That(left.Text, Does.Contain("Nothing is linked yet").And.Not.Contain("g1@gmail.com"), "and the person is still signed in");
        Assert.That((await other.GoAsync("/")).Text, Does.Not.Contain("signed in as"), "the other session has ended");
        Assert.That((await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("g1", "g1@gmail.com"), other)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        var again = await _scene.Scene.Browser.SubmitAsync(page, [new("issuer", GoogleIssuer), new("subject", "g1")]);
        Assert.That(again.Address.AbsolutePath, Is.EqualTo("/account/providers"), "sent twice");
    }

    [Test]
    public async Task An_identity_of_another_account_stays_there()
    {
        await LinkAsync("g1");
        await _scene.Scene.AddUserAsync("bob");
        var bob = _scene.Scene.OpenBrowser();
        await _scene.Scene.SignInAsync(bob, "bob");

        var page = await LinkAsync("g1", bob);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Text, Does.Contain("This identity belongs to another account"));
        Assert.That((await _scene.FindUserAsync(GoogleIssuer, "g1"))!.UserName, Is.EqualTo(Scene.UserName));
        Assert.That((await LinkAsync("g1")).Text, Does.Contain("g1@gmail.com"), "linking it twice changes nothing");
        Assert.That((await _scene.FindUserAsync(Scene.UserName)).Logins, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task The_last_way_to_sign_in_stays()
    {
        var page = await LinkAsync("g1");
        await _scene.Scene.ChangeUserAsync(Scene.UserName, user => user.PasswordHash = null);

        var refused = await _scene.Scene.Browser.SubmitAsync(page, [new("issuer", GoogleIssuer), new("subject", "g1")]);

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(refused.Text, Does.Contain("without it you could no longer sign in"));
        Assert.That((await _scene.FindUserAsync(Scene.UserName)).Logins, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task An_identity_at_a_provider_that_is_no_more_is_no_way_to_sign_in()
    {
        var page = await LinkAsync("g1");
        await _scene.Scene.ChangeUserAsync(
            Scene.UserName, user => (user.PasswordHash, user.Logins) = (null, user.Logins.Add(new UserLogin { Issuer = "https://gone.example", Subject = "x", Provider = "gone" })));

        var refused = await _scene.Scene.Browser.SubmitAsync(page, [new("issuer", GoogleIssuer), new("subject", "g1")]);
        await _scene.Scene.Browser.SubmitAsync(page, [new("issuer", "https://gone.example"), new("subject", "x")]);

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await _scene.FindUserAsync(Scene.UserName)).Logins.Single().Subject, Is.EqualTo("g1"));
    }

    [Test]
    public async Task An_account_has_so_many_identities_and_no_more()
    {
        await _scene.Scene.ChangeUserAsync(Scene.UserName, user => user.Logins =
        [
            .. Enumerable.Range(0, ExternalAccounts.MaximumLogins).Select(number => new UserLogin { Issuer = GoogleIssuer, Subject = $"n{number}", Provider = "google" }),
        ]);

        var refused = await LinkAsync("g1");

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(refused.Text, Does.Contain("Take away one that you no longer use"));
        Assert.That((await _scene.FindUserAsync(Scene.UserName)).Logins, Has.Length.EqualTo(ExternalAccounts.MaximumLogins));
    }

    [Test]
    public async Task The_person_is_told_by_mail_of_each_identity_that_comes_or_goes()
    {
        await using var mail = new SmtpListener();
        await using var scene = await ProviderScene.StartAsync(mail.Settings);
        await scene.Scene.ChangeUserAsync(Scene.UserName, user => (user.Email, user.EmailConfirmed) = ("alice@example.com", true));
        await scene.Scene.SignInAsync();
        var page = await scene.Scene.Browser.GoAsync(scene.Google.Agree(await scene.LeaveToLinkAsync(scene.Google), PlayedProviders.OfGoogle("g1", "g1@gmail.com")));
        var linked = await mail.ReceiveAsync();

        await scene.Scene.Browser.SubmitAsync(page, [new("issuer", GoogleIssuer), new("subject", "g1")]);
        var unlinked = await mail.ReceiveAsync();

        Assert.That(new[] { linked, unlinked }.Select(message => message.To.Mailboxes.Single().Address), Is.All.EqualTo("alice@example.com"));
        Assert.That(new[] { linked.TextBody, unlinked.TextBody }, Has.All.Contains("An identity at another provider"));
    }

    [Test]
    public async Task What_admits_an_account_stays()
    {
        await _scene.RestartAsync(("Identity:Admission:Emails:0", "g1@gmail.com"));
        var browser = _scene.Scene.OpenBrowser();
        await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("g1", "g1@gmail.com"), browser);
        var page = await LinkAsync("g2", browser);

        var refused = await browser.SubmitAsync(page, [new("issuer", GoogleIssuer), new("subject", "g1")]);

        // The page has no such button; the form of the other one is sent with this subject.
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await _scene.FindUserAsync(GoogleIssuer, "g1"))!.Logins, Has.Length.EqualTo(2));
    }

    [Test]
    public async Task Linking_takes_a_recent_sign_in()
    {
        _scene.Scene.Server.Time.Advance(TimeSpan.FromMinutes(11));

        Assert.That(HttpBrowser.IsSignIn(await _scene.Scene.Browser.GoAsync("/account/providers")));
    }

    [Test]
    public async Task Who_comes_back_as_somebody_else_links_nothing()
    {
        await _scene.Scene.AddUserAsync("bob");
        var away = await _scene.LeaveToLinkAsync(_scene.Google);
        await _scene.Scene.SignInAsync(userName: "bob");

        var page = await _scene.Scene.Browser.GoAsync(_scene.Google.Agree(away, PlayedProviders.OfGoogle("g1", "g1@gmail.com")));

        Assert.That(page.Text, Does.Contain("Nothing was linked"));
        Assert.That(await _scene.FindUserAsync(GoogleIssuer, "g1"), Is.Null);
    }

    [Test]
    public async Task Another_browser_cannot_finish_it()
    {
        var away = await _scene.LeaveToLinkAsync(_scene.Google);
        var thief = _scene.Scene.OpenBrowser();

        var page = await thief.GoAsync(_scene.Google.Agree(away, PlayedProviders.OfGoogle("thief", "thief@gmail.com")));

        Assert.That(page.Text, Does.Contain("Start over"));
        Assert.That((await _scene.FindUserAsync(Scene.UserName)).Logins, Is.Empty);
    }

    [Test]
    public async Task A_provider_that_is_down_is_told_on_the_page()
    {
        _scene.Google.Instead = _ => new HttpResponseMessage(HttpStatusCode.InternalServerError);
        var browser = _scene.Scene.Browser;

        var page = await browser.SubmitAsync(await browser.GoAsync("/account/providers"), [new("provider", "google")]);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Text, Does.Contain("Google cannot be reached at present").And.Contain("Linked providers"));
    }

    private async Task<BrowserPage> LinkAsync(string subject, HttpBrowser? browser = null)
    {
        var away = await _scene.LeaveToLinkAsync(_scene.Google, browser);
        return await (browser ?? _scene.Scene.Browser).GoAsync(_scene.Google.Agree(away, PlayedProviders.OfGoogle(subject, $"{subject}@gmail.com")));
    }
}
