using System.Net;
using Identity.Server.Pages;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Invitations;

/// <summary>Links with which people get into accounts: invitations, and those for a new password.</summary>
internal sealed class AccountLinkTests
{
    private Scene _scene = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task Who_is_invited_chooses_a_password_and_is_signed_in()
    {
        var link = await _scene.InviteAsync("anna");
        var browser = _scene.OpenBrowser();

        var welcome = await browser.GoAsync(new Uri(link));
        var differing = await browser.ChooseAsync(welcome, AccountScene.NewPassword, "another-quiet-lump");
        var refused = await browser.ChooseAsync(welcome, "short");
        var page = await browser.ChooseAsync(refused, AccountScene.NewPassword);

        Assert.That(welcome.Text, Does.Contain("An account was made for you: anna"));
        Assert.That(differing.Text, Does.Contain("The two passwords differ."));
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Text, Does.Contain("signed in as anna"));
        Assert.That(await _scene.CanSignInAsync("anna", AccountScene.NewPassword), Is.True);
    }

    [Test]
    public async Task A_link_for_a_new_password_ends_every_session_and_the_lockout()
    {
        await _scene.AddUserAsync("bert");
        var elsewhere = await _scene.OpenAsync("bert");
        await _scene.ChangeUserAsync("bert", user => user.LockoutEnd = _scene.Server.Time.GetUtcNow().AddMinutes(5));
        var browser = _scene.OpenBrowser();

        var page = await browser.ChooseAsync(await browser.GoAsync(new Uri(await _scene.MakeLinkAsync("bert"))), AccountScene.NewPassword);

        Assert.That(page.Text, Does.Contain("Password changed"));
        Assert.That(await browser.IsSignedInAsync(), Is.False, "signing in asks for more than a link");
        Assert.That(await elsewhere.IsSignedInAsync(), Is.False);
        Assert.That(await _scene.CanSignInAsync("bert", Scene.Password), Is.False);
        Assert.That(await _scene.CanSignInAsync("bert", AccountScene.NewPassword), Is.True);
    }

    [Test]
    public async Task Every_link_that_does_not_work_gets_the_same_page()
    {
        var invitation = await _scene.InviteAsync("cora");
        await _scene.AddUserAsync("carl");
        var reset = await _scene.MakeLinkAsync("carl");
        await _scene.AddUserAsync("cyril");
        var disabled = await _scene.MakeLinkAsync("cyril");
        await _scene.ChangeUserAsync("cyril", user => user.IsDisabled = true);
        await _scene.AddUserAsync("claus");
        var moved = await _scene.MakeLinkAsync("claus");
        await _scene.ChangeUserAsync("claus", user => user.Email = "claus@example.com");
        var used = await _scene.InviteAsync("clara");
        var browser = _scene.OpenBrowser();
        await browser.ChooseAsync(await browser.GoAsync(new Uri(used)), AccountScene.NewPassword);

        List<BrowserPage> pages = [];
        foreach (var link in new[]
        {
            "/account/invitation", "/account/invitation?token=", "/account/invitation?token=x", "/account/reset-password?token=x", "/account/confirm-email?token=x",
            invitation.Replace("/account/invitation", "/account/reset-password", StringComparison.Ordinal),
            invitation.Replace("/account/invitation", "/account/confirm-email", StringComparison.Ordinal),
            reset.Replace("/account/reset-password", "/account/invitation", StringComparison.Ordinal),
            reset[..^2], disabled, moved, used,
        })
        {
            pages.Add(await _scene.OpenBrowser().GoAsync(link));
        }

        Assert.That(pages.Select(page => page.Status), Is.All.EqualTo(HttpStatusCode.NotFound));
        Assert.That(pages.Select(page => page.Text).Distinct(), Has.Exactly(1).Items);
        Assert.That(pages[0].Text, Does.Contain("This link does not work"));
    }

    [TestCase("dora", 7)]
    [TestCase("dirk", 1)]
    public async Task A_link_works_for_its_time_and_no_longer(string userName, int days)
    {
        if (days is 1)
        {
            await _scene.AddUserAsync(userName);
        }

        var link = days is 1 ? await _scene.MakeLinkAsync(userName) : await _scene.InviteAsync(userName);
        var browser = _scene.OpenBrowser();

        _scene.Server.Time.Advance(TimeSpan.FromDays(days) - TimeSpan.FromSeconds(2));
        var form = await browser.GoAsync(new Uri(link));
        _scene.Server.Time.Advance(TimeSpan.FromSeconds(2));
        var late = await browser.ChooseAsync(form, AccountScene.NewPassword);

        Assert.That(form.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(late.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await _scene.CanSignInAsync(userName, AccountScene.NewPassword), Is.False);
    }

    [Test]
    public async Task Of_several_who_use_a_link_at_once_one_does()
    {
        var link = new Uri(await _scene.InviteAsync("erna"));
        var browsers = Enumerable.Range(0, 4).Select(_ => _scene.OpenBrowser()).ToList();
        var forms = await Task.WhenAll(browsers.Select(browser => browser.GoAsync(link)));

        var pages = await Task.WhenAll(browsers.Zip(forms, (browser, form) => (browser, form))
            .Select((item, number) => item.browser.ChooseAsync(item.form, $"{AccountScene.NewPassword}-{number}")));

        Assert.That(pages.Count(page => page.Text.Contains("signed in as erna", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(pages.Select(page => (int)page.Status), Is.All.LessThan(500));
        var works = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => _scene.CanSignInAsync("erna", $"{AccountScene.NewPassword}-{number}")));
        Assert.That(works.Count(can => can), Is.EqualTo(1));
    }

    [Test]
    public async Task A_second_click_on_an_invitation_leads_where_the_first_did()
    {
        var link = new Uri(await _scene.InviteAsync("fritz"));
        var (browser, other) = (_scene.OpenBrowser(), _scene.OpenBrowser());
        var form = await browser.GoAsync(link);
        var foreign = await other.GoAsync(link);

        var pages = await Task.WhenAll(browser.ChooseAsync(form, AccountScene.NewPassword), browser.ChooseAsync(form, AccountScene.NewPassword));
        var guess = await other.ChooseAsync(foreign, "another guess entirely");
        _scene.Server.Time.Advance(GivenAnswers.Lifetime);
        var late = await other.ChooseAsync(foreign, AccountScene.NewPassword);

        Assert.That(pages.Select(page => page.Text), Has.All.Contain("signed in as fritz"));
        Assert.That(new[] { guess, late }.Select(page => page.Status), Is.All.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await other.IsSignedInAsync(), Is.False);
    }

    [Test]
    public async Task A_link_and_its_form_survive_a_restart()
    {
        await using var scene = await Scene.StartAsync();
        var invitation = await scene.InviteAsync("anna");
        var reset = await scene.MakeLinkAsync(Scene.UserName);
        var (first, second) = (scene.OpenBrowser(), scene.OpenBrowser());
        var form = await first.GoAsync(new Uri(invitation));

        await scene.Server.RestartAsync();
        var taken = await first.ChooseAsync(form, AccountScene.NewPassword);
        var done = await second.ChooseAsync(await second.GoAsync(new Uri(reset)), AccountScene.NewPassword);

        Assert.That(taken.Text, Does.Contain("signed in as anna"));
        Assert.That(done.Text, Does.Contain("Password changed"));
    }
}
