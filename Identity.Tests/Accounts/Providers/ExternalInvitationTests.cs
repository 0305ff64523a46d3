using System.Net;
using Identity.Server.Accounts.Invitations;
using Identity.Stores.FileSystem.Models;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Providers;

/// <summary>Somebody who is invited takes the account with an identity at a provider, whatever the settings say of strangers.</summary>
internal sealed class ExternalInvitationTests
{
    private ProviderScene _scene = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _scene = await ProviderScene.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task An_invitation_is_accepted_once_with_an_identity_that_enters_from_then_on()
    {
        var link = await InviteAsync("bob");
        var browser = _scene.Scene.OpenBrowser();

        var page = await AcceptAsync(link, browser, PlayedProviders.OfGoogle("b1", "bob@gmail.com"));

        Assert.That(page.Text, Does.Contain("signed in as bob"));
        Assert.That((await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("b1", "bob@gmail.com"), _scene.Scene.OpenBrowser())).Text, Does.Contain("signed in as bob"));
        Assert.That((await _scene.FindUserAsync("bob")).IsAdmittedByPolicy, Is.False);
        Assert.That((await _scene.Scene.OpenBrowser().GoAsync(link)).Status, Is.EqualTo(HttpStatusCode.NotFound), "the link is used up");
    }

    [Test]
    public async Task Of_two_who_hold_one_invitation_the_first_has_it()
    {
        var link = await InviteAsync("carol");
        var (first, second) = (_scene.Scene.OpenBrowser(), _scene.Scene.OpenBrowser());
        var late = await LeaveAsync(link, second);
        await AcceptAsync(link, first, PlayedProviders.OfGoogle("c1", "c1@gmail.com"));

        var page = await second.GoAsync(_scene.Google.Agree(late, PlayedProviders.OfGoogle("c2", "c2@gmail.com")));

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Text, Does.Contain("The invitation could not be accepted"));
        Assert.That((await _scene.FindUserAsync("carol")).Logins.Single().Subject, Is.EqualTo("c1"));
    }

    [Test]
    public async Task An_identity_that_has_an_account_takes_no_other()
    {
        await AcceptAsync(await InviteAsync("dave"), _scene.Scene.OpenBrowser(), PlayedProviders.OfGoogle("d1", "d1@gmail.com"));
        var link = await InviteAsync("erin");

        var page = await AcceptAsync(link, _scene.Scene.OpenBrowser(), PlayedProviders.OfGoogle("d1", "d1@gmail.com"));

        Assert.That(page.Text, Does.Contain("The invitation could not be accepted"));
        Assert.That((await _scene.FindUserAsync("erin")).Logins, Is.Empty);
        Assert.That((await _scene.Scene.OpenBrowser().GoAsync(link)).Status, Is.EqualTo(HttpStatusCode.OK), "the invitation still works");
    }

    [Test]
    public async Task An_invitation_that_is_none_makes_nobody_enter()
    {
        var browser = _scene.Scene.OpenBrowser();
        var away = await browser.GoAsync("/account/sign-in/external?provider=google&invitation=x");

        var page = await browser.GoAsync(_scene.Google.Agree(away.LeftFor!, PlayedProviders.OfGoogle("x1", "x1@gmail.com")));

        Assert.That(page.Text, Does.Contain("The invitation could not be accepted"));
        Assert.That((await browser.GoAsync("/")).Text, Does.Not.Contain("signed in as"));
    }

    private async Task<string> InviteAsync(string userName)
    {
        await using var scope = _scene.Scene.Server.Services.CreateAsyncScope();
        var user = new User { UserName = userName };
        Assert.That((await scope.ServiceProvider.GetRequiredService<UserManager<User>>().CreateAsync(user)).Succeeded);
        return scope.ServiceProvider.GetRequiredService<AccountLinks>()
            .Create(AccountLinkKind.Invitation, user, _scene.Scene.Server.Address.GetLeftPart(UriPartial.Authority));
    }

    private async Task<Uri> LeaveAsync(string link, HttpBrowser browser)
    {
        var page = await browser.GoAsync(link);
        return (await browser.GoAsync(page.Links.Single(address => address.Contains("provider=google", StringComparison.Ordinal)))).LeftFor!;
    }

    private async Task<BrowserPage> AcceptAsync(string link, HttpBrowser browser, Dictionary<string, object> claims)
        => await browser.GoAsync(_scene.Google.Agree(await LeaveAsync(link, browser), claims));
}
