using System.Net;
using Identity.Tests.Accounts;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Administration.Accounts;

internal sealed class AccountPagesTests
{
    private Scene _scene = null!;
    private HttpBrowser _administrator = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _scene = await Scene.StartAsync();
        await _scene.ChangeUserAsync(Scene.UserName, user => user.IsAdministrator = true);
        _administrator = await _scene.OpenAsync(Scene.UserName);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task An_administrator_invites_somebody_who_takes_the_account()
    {
        var list = await _administrator.GoAsync("/administration/accounts");
        var shown = await InviteAsync(list, "anna");
        var twice = await InviteAsync(list, "anna");
        var browser = _scene.OpenBrowser();
        var taken = await browser.ChooseAsync(await browser.GoAsync(AccountScene.FindLink(shown.Html)), AccountScene.NewPassword);
        var user = await _scene.FindUserAsync("anna");

        Assert.That(list.Text, Does.Contain("alice administrator"));
        Assert.That(shown.Text, Does.Contain("Invitation").And.Contain("is shown only now"));
        Assert.That(twice.Text, Does.Contain("Somebody else has this user name."));
        Assert.That(taken.Text, Does.Contain("signed in as anna"));
        Assert.That((user!.DisplayName, user.Email, user.EmailConfirmed, user.IsAdministrator), Is.EqualTo(("Anna Example", "anna@example.com", false, false)));
        Assert.That(user.CreationDate, Is.EqualTo(_scene.Server.Time.GetUtcNow()));

        Task<BrowserPage> InviteAsync(BrowserPage page, string userName) => _administrator.SubmitAsync(
            page, [new("UserName", userName), new("DisplayName", "Anna Example"), new("Email", "anna@example.com")]);
    }

    [Test]
    public async Task An_administrator_helps_somebody_back_in()
    {
        await _scene.AddUserAsync("bert");
        await _scene.ChangeUserAsync("bert", user => user.LockoutEnd = _scene.Server.Time.GetUtcNow().AddMinutes(5));

        var locked = await GoAsync("bert");
        var unlocked = await DoAsync("bert", "unlock");
        var shown = await DoAsync("bert", "link");
        var browser = _scene.OpenBrowser();
        await browser.ChooseAsync(await browser.GoAsync(AccountScene.FindLink(shown.Html)), AccountScene.NewPassword);

        Assert.That(locked.Text, Does.Contain("locked for a while"));
        Assert.That(unlocked.Text, Does.Not.Contain("locked for a while"));
        Assert.That(shown.Text, Does.Contain("Link for a new password"));
        Assert.That(await _scene.CanSignInAsync("bert", AccountScene.NewPassword), Is.True);
    }

    [Test]
    public async Task Who_is_shut_out_is_out_everywhere_until_let_in_again()
    {
        await _scene.AddUserAsync("cora");
        var browser = await _scene.OpenAsync("cora");
        var link = await _scene.MakeLinkAsync("cora");

        var disabled = await DoAsync("cora", "disable");
        var couldSignIn = await _scene.CanSignInAsync("cora", Scene.Password);
        var enabled = await DoAsync("cora", "enable");

        Assert.That(disabled.Text, Does.Contain("shut out"));
        Assert.That(couldSignIn, Is.False);
        Assert.That(enabled.Text, Does.Contain("Shut out").And.Not.Contain("Let in again"));
        Assert.That(await browser.IsSignedInAsync(), Is.False, "what was open before stays closed");
        Assert.That((await browser.GoAsync(new Uri(link))).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await _scene.CanSignInAsync("cora", Scene.Password), Is.True);
    }

    [Test]
    public async Task Who_lost_what_the_second_step_takes_is_asked_for_the_password_alone()
    {
        await _scene.AddUserAsync("fritz", user => (user.TwoFactorEnabled, user.AuthenticatorKey) = (true, "lost"));
        var before = await _scene.CanSignInAsync("fritz", Scene.Password);

        var page = await DoAsync("fritz", "second-step");

        Assert.That(before, Is.False);
        Assert.That(page.Text, Does.Not.Contain("Second step"));
        Assert.That((await _scene.FindUserAsync("fritz"))!.AuthenticatorKey, Is.Null);
        Assert.That(await _scene.CanSignInAsync("fritz", Scene.Password), Is.True);
    }

    [Test]
    public async Task An_account_is_deleted_after_a_tick()
    {
        await _scene.AddUserAsync("dora");
        var form = await GoAsync("dora");

        var refused = await _administrator.SubmitAsync(form with { Html = form.Html[form.Html.LastIndexOf("<form", StringComparison.Ordinal)..] }, [new("deed", "delete")]);
        var done = await _administrator.SubmitAsync(form, [new("Confirmed", "true"), new("deed", "delete")]);
        var again = await _administrator.SubmitAsync(form, [new("Confirmed", "true"), new("deed", "delete")]);

        Assert.That(refused.Text, Does.Contain("Tick the box"));
        Assert.That(done.Text, Does.Contain("The account was removed."));
        Assert.That(again.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await _scene.FindUserAsync("dora"), Is.Null);
    }

    [Test]
    public async Task A_deed_that_there_is_not_is_a_bad_request()
    {
        await _scene.AddUserAsync("emil");

        var page = await DoAsync("emil", "praise");

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Who_was_invited_to_administer_and_has_not_come_yet_takes_nobodys_place()
    {
        await _scene.InviteAsync("hanna", user => user.IsAdministrator = true);
        await _scene.AddUserAsync("hugo", user => (user.IsAdministrator, user.IsAdmittedByPolicy) = (true, true));

        var refused = await DoAsync(Scene.UserName, "demote");
        var withdrawn = await DoAsync("hanna", "demote");

        Assert.That(refused.Text, Does.Contain("This is the last administrator who can sign in."));
        Assert.That((await _scene.FindUserAsync(Scene.UserName))!.IsAdministrator, Is.True);
        Assert.That(withdrawn.Text, Does.Contain("Make an administrator"));
        await _scene.ChangeUserAsync("hugo", user => user.IsAdministrator = false);
    }

    [Test]
    public async Task Of_the_last_two_administrators_one_stays_whatever_they_do_at_once()
    {
        await using var scene = await Scene.StartAsync();
        string[] names = [Scene.UserName, "anna", "bert"];
        foreach (var name in names[1..])
        {
            await scene.AddUserAsync(name);
        }

        foreach (var name in names)
        {
            await scene.ChangeUserAsync(name, user => user.IsAdministrator = true);
        }

        List<(HttpBrowser Browser, BrowserPage Form, string Deed)> moves = [];
        foreach (var (name, deed) in names.Zip(["demote", "disable", "delete"]))
        {
            var browser = await scene.OpenAsync(name);
            moves.Add((browser, await browser.GoAsync($"/administration/accounts/{(await scene.FindUserAsync(name))!.Id}"), deed));
        }

        var pages = await Task.WhenAll(moves.Select(move => move.Deed is "delete"
            ? move.Browser.SubmitAsync(move.Form, [new("Confirmed", "true"), new("deed", move.Deed)])
            : move.Browser.SubmitAsync(move.Form, [new("deed", move.Deed)])));

        var left = await Task.WhenAll(names.Select(scene.FindUserAsync));
        Assert.That(left.Count(user => user is { IsAdministrator: true, IsDisabled: false }), Is.EqualTo(1));
        Assert.That(pages.Count(page => page.Text.Contains("This is the last administrator", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    private async Task<BrowserPage> GoAsync(string userName)
        => await _administrator.GoAsync($"/administration/accounts/{(await _scene.FindUserAsync(userName))!.Id}");

    private async Task<BrowserPage> DoAsync(string userName, string deed)
    {
        var page = await GoAsync(userName);
        Assert.That(page.Forms[0].Fields.Any(field => field.Value == deed), Is.EqualTo(deed is not "praise"), "the page offers what is done");
        return await _administrator.SubmitAsync(page, [new("deed", deed)]);
    }
}
