using System.Net;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Profile;

internal sealed class ProfileTests
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
    public async Task A_person_takes_another_name_and_stays_signed_in()
    {
        await _scene.AddUserAsync("anna");
        var browser = await _scene.OpenAsync("anna");

        var page = await SaveAsync(browser, "annika", "Annika <b>", "");

        Assert.That(page.Text, Does.Contain("Your changes are saved.").And.Contain("You are signed in as annika").And.Contain("Annika <b>"));
        Assert.That(await _scene.CanSignInAsync("annika", Scene.Password), Is.True);
        Assert.That(await _scene.FindUserAsync("anna"), Is.Null);
    }

    [TestCase(Scene.UserName, "Somebody else has this user name.")]
    [TestCase("two words", "This user name is invalid")]
    [TestCase("", "Choose a user name.")]
    public async Task A_name_that_cannot_be_is_refused_and_nothing_is_changed(string userName, string reason)
    {
        if (await _scene.FindUserAsync("bert") is null)
        {
            await _scene.AddUserAsync("bert");
        }

        var page = await SaveAsync(await _scene.OpenAsync("bert"), userName, "Not kept", "not-kept@example.com");

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Text, Does.Contain(reason));
        Assert.That((await _scene.FindUserAsync("bert"))!.DisplayName, Is.Null);
        Assert.That(_mail.Waiting, Is.Zero);
    }

    [Test]
    public async Task An_address_counts_when_its_link_was_opened_and_the_former_one_is_told()
    {
        await _scene.AddUserAsync("cora", user => (user.Email, user.EmailConfirmed) = ("old@example.com", true));
        var browser = await _scene.OpenAsync("cora");

        var page = await SaveAsync(browser, "cora", "", "new@example.com");
        var message = await _mail.ReceiveAsync();
        var before = await _scene.FindUserAsync("cora");
        var link = new Uri(AccountScene.FindLink(message.TextBody));
        var stranger = _scene.OpenBrowser();
        var question = await stranger.GoAsync(link);
        var afterLook = await _scene.FindUserAsync("cora");
        var done = await stranger.SubmitAsync(question, []);
        var notice = await _mail.ReceiveAsync();
        var after = await _scene.FindUserAsync("cora");
        var again = await stranger.SubmitAsync(question, []);

        Assert.That(page.Text, Does.Contain("A link was sent to the new address."));
        Assert.That(message.To.Mailboxes.Single().Address, Is.EqualTo("new@example.com"));
        Assert.That(before!.Email, Is.EqualTo("old@example.com"));
        Assert.That(afterLook!.Email, Is.EqualTo("old@example.com"), "machines that look into mail open links, too");
        Assert.That((after!.Email, after.EmailConfirmed), Is.EqualTo(("new@example.com", true)));
        Assert.That(done.Text, Does.Contain("Address confirmed"));
        Assert.That(notice.To.Mailboxes.Single().Address, Is.EqualTo("old@example.com"));
        Assert.That(notice.TextBody, Does.Contain("e-mail address was changed").And.Not.Contain("new@example.com"));
        Assert.That(again.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await browser.IsSignedInAsync(), Is.True);
    }

    [Test]
    public async Task An_address_that_is_there_can_be_confirmed_and_strangers_are_not_flooded()
    {
        await _scene.AddUserAsync("dora", user => user.Email = "dora@example.com");
        var browser = await _scene.OpenAsync("dora");
        var form = await browser.GoAsync("/account/profile");

        await browser.PostAsync(form.Forms[1].Action, form.Forms[1].Fields.Where(field => field.Name is not null).Select(field => KeyValuePair.Create(field.Name!, field.Value)));
        var message = await _mail.ReceiveAsync();
        var refused = await SaveAsync(browser, "dora", "", "another@example.com");
        await browser.SubmitAsync(await browser.GoAsync(new Uri(AccountScene.FindLink(message.TextBody))), []);

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(refused.Text, Does.Contain("wait two minutes"));
        Assert.That((await _scene.FindUserAsync("dora"))!.EmailConfirmed, Is.True);
        Assert.That(_mail.Waiting, Is.Zero, "nobody is told of an address that stayed");
    }

    [Test]
    public async Task Without_a_mail_server_an_address_is_kept_and_not_relied_on()
    {
        await using var scene = await Scene.StartAsync();
        await scene.ChangeUserAsync(Scene.UserName, user => (user.Email, user.EmailConfirmed) = ("old@example.com", true));

        var page = await SaveAsync(await scene.OpenAsync(Scene.UserName), Scene.UserName, "", "new@example.com");
        var user = await scene.FindUserAsync(Scene.UserName);

        Assert.That(page.Text, Does.Contain("new@example.com (not confirmed)"));
        Assert.That((user!.Email, user.EmailConfirmed), Is.EqualTo(("new@example.com", false)));
    }

    private static async Task<BrowserPage> SaveAsync(HttpBrowser browser, string userName, string displayName, string email)
        => await browser.SubmitAsync(
            await browser.GoAsync("/account/profile"), [new("DisplayName", displayName), new("UserName", userName), new("Email", email)]);
}
