using System.Net;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Passwords;

internal sealed class ForgotPasswordTests
{
    private SmtpListener _mail = null!;
    private Scene _scene = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _mail = new SmtpListener();
        _scene = await Scene.StartAsync(_mail.Settings);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _scene.DisposeAsync();
        await _mail.DisposeAsync();
    }

    [Test]
    public async Task Who_forgot_a_password_gets_a_link_by_mail_that_works_once_within_an_hour()
    {
        await AddAsync("anna", "anna@example.com");
        var elsewhere = await _scene.OpenAsync("anna");
        await AskAsync("anna");

        var message = await _mail.ReceiveAsync();
        var link = new Uri(AccountScene.FindLink(message.TextBody));
        _scene.Server.Time.Advance(TimeSpan.FromMinutes(59));
        var browser = _scene.OpenBrowser();
        var form = await browser.GoAsync(link);
        await browser.ChooseAsync(form, AccountScene.NewPassword);
        var again = await browser.GoAsync(link);
        var notice = await _mail.ReceiveAsync();

        Assert.That(message.To.Mailboxes.Single().Address, Is.EqualTo("anna@example.com"));
        Assert.That(message.TextBody, Does.Contain("the account anna"));
        Assert.That(link.GetLeftPart(UriPartial.Authority), Is.EqualTo(_scene.Server.Address.GetLeftPart(UriPartial.Authority)));
        Assert.That(form.Text, Does.Contain("Choose a new password For the account anna"));
        Assert.That(again.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await elsewhere.IsSignedInAsync(), Is.False);
        Assert.That(await _scene.CanSignInAsync("anna", AccountScene.NewPassword), Is.True);
        Assert.That(notice.TextBody, Does.Contain("Its password was changed.").And.Not.Contain("token"));
    }

    [Test]
    public async Task Whether_there_is_an_account_is_not_told_and_strangers_get_no_mail()
    {
        await AddAsync("berta", "berta@example.com");
        await _scene.AddUserAsync("boris", user => user.Email = "boris@example.com");
        await AddAsync("bruno", "bruno@example.com", user => user.IsDisabled = true);
        await _scene.AddUserAsync("bodo");

        List<BrowserPage> pages = [];
        foreach (var name in new[] { "nobody", "stranger@example.com", "boris", "boris@example.com", "bruno", "bodo", "'; --", new string('x', 256), "BERTA@example.com" })
        {
            pages.Add(await AskAsync(name));
        }

        Assert.That(pages.Select(page => page.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(pages.Select(page => page.Text).Distinct(), Has.Exactly(1).Items);
        // One after another: had there been another one, it would have come first.
        Assert.That((await _mail.ReceiveAsync()).To.Mailboxes.Single().Address, Is.EqualTo("berta@example.com"));
        Assert.That(_mail.Waiting, Is.Zero);
    }

    [Test]
    public async Task An_account_is_written_to_once_in_two_minutes()
    {
        await AddAsync("carla", "home@example.com");
        await AddAsync("carlo", "home@example.com");
        await AskAsync("carla");
        await AskAsync("carla");
        await AskAsync("home@example.com");
        var messages = new[] { await _mail.ReceiveAsync(), await _mail.ReceiveAsync() };
        _scene.Server.Time.Advance(TimeSpan.FromMinutes(2));
        await AskAsync("carla");
        var later = await _mail.ReceiveAsync();

        Assert.That(messages[0].TextBody, Does.Contain("the account carla"));
        Assert.That(messages[1].TextBody, Does.Contain("the account carlo"), "who shares the address gets one for each account");
        Assert.That(later.TextBody, Does.Contain("the account carla"));
        Assert.That(_mail.Waiting, Is.Zero);
    }

    [Test]
    public async Task The_sign_in_page_says_where_to_go()
    {
        var page = await _scene.OpenBrowser().GoAsync("/account/sign-in");

        Assert.That(page.Links, Does.Contain("/account/forgot-password"));
    }

    [Test]
    public async Task Without_a_mail_server_there_is_nothing_of_it()
    {
        await using var scene = await Scene.StartAsync();

        Assert.That((await scene.Browser.GoAsync("/account/sign-in")).Links, Does.Not.Contain("/account/forgot-password"));
        Assert.That((await scene.Browser.GoAsync("/account/forgot-password")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task An_address_may_ask_so_often_and_a_mail_server_that_is_away_is_not_its_business()
    {
        string[] settings;
        await using (var gone = new SmtpListener())
        {
            settings = gone.Settings;
        }

        await using var scene = await Scene.StartAsync([.. settings, "--Identity:RateLimits:Enabled=true", "--Identity:RateLimits:MailsPerAddress=2"]);
        await scene.ChangeUserAsync(Scene.UserName, user => (user.Email, user.EmailConfirmed) = ("alice@example.com", true));

        var first = await AskAsync(Scene.UserName, scene);
        await scene.Server.Log.WaitForAsync(entry => entry.Event.Id is 4073);
        var second = await AskAsync(Scene.UserName, scene);
        var third = await AskAsync(Scene.UserName, scene);

        Assert.That(first.Text, Does.Contain("Look into your mail"));
        Assert.That(second.Text, Is.EqualTo(first.Text));
        Assert.That(third.Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    private async Task<BrowserPage> AskAsync(string name, Scene? scene = null)
    {
        var browser = (scene ?? _scene).OpenBrowser();
        return await browser.SubmitAsync(await browser.GoAsync("/account/forgot-password"), [new("Name", name)]);
    }

    private Task<string> AddAsync(string userName, string email, Action<Identity.Stores.FileSystem.Models.User>? configure = null)
        => _scene.AddUserAsync(userName, user =>
        {
            (user.Email, user.EmailConfirmed) = (email, true);
            configure?.Invoke(user);
        });
}
