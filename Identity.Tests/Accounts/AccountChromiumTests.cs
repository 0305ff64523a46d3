using Identity.Tests.Infrastructure;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Identity.Tests.Accounts;

/// <summary>What people do with their accounts, in a real browser.</summary>
internal sealed class AccountChromiumTests
{
    private SmtpListener _mail = null!;
    private Scene _scene = null!;
    private Chromium _chromium = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _mail = new SmtpListener();
        _chromium = await Chromium.StartAsync();
        _scene = await Scene.StartAsync(_mail.Settings);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _chromium.DisposeAsync();
        await _scene.DisposeAsync();
        await _mail.DisposeAsync();
    }

    [Test]
    public async Task A_person_changes_the_password_and_the_other_browser_is_signed_out()
    {
        await _scene.AddUserAsync("anna");
        var (here, elsewhere) = (await OpenAsync("/account", "anna"), await OpenAsync("/account", "anna"));

        await here.GetByRole(AriaRole.Link, new() { Name = "Password" }).ClickAsync();
        await here.GetByLabel("Current password").FillAsync(Scene.Password);
        await ChooseAsync(here, "New password", "The new password again");
        await here.GetByRole(AriaRole.Button, new() { Name = "Change password" }).ClickAsync();
        await Assertions.Expect(here.GetByRole(AriaRole.Status)).ToContainTextAsync("Your password is changed.");
        await here.GoBackAsync();
        await here.ReloadAsync();
        await Assertions.Expect(here.GetByLabel("Current password")).ToBeEmptyAsync();
        await elsewhere.ReloadAsync();

        await Assertions.Expect(elsewhere).ToHaveTitleAsync("Sign in - Identity");
        Assert.That(_chromium.Complaints, Is.Empty);
    }

    [Test]
    public async Task An_administrator_invites_somebody_who_comes_in_with_a_double_click()
    {
        await _scene.AddUserAsync("root", user => user.IsAdministrator = true);
        var administrator = await OpenAsync("/administration/accounts", "root");
        await administrator.GetByLabel("User name").FillAsync("berta");
        await administrator.GetByRole(AriaRole.Button, new() { Name = "Invite" }).ClickAsync();
        var link = await administrator.Locator("code.link").InnerTextAsync();

        var page = await _chromium.OpenAsync();
        await page.GotoAsync(link);
        await ChooseAsync(page, "Password", "The password again");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and sign in" }).DblClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save and sign in" })).ToHaveCountAsync(0);

        // The second click comes too late for the link, or takes the answer to the first one's place: the account is theirs all the same.
        await page.GotoAsync(link);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This link does not work" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "sign in" }).ClickAsync();
        await SignInAsync(page, "berta", AccountScene.NewPassword);
        await Assertions.Expect(page.GetByText("You are signed in as berta")).ToBeVisibleAsync();

        // The link that is used up is a 404, and a form that was made for nobody yet a 400 once the first click has signed in: Chromium reports both.
        Assert.That(_chromium.Complaints.Where(text => !text.Contains("the server responded with a status of 4", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Who_forgot_the_password_comes_back_in_by_mail()
    {
        await _scene.AddUserAsync("carla", user => (user.Email, user.EmailConfirmed) = ("carla@example.com", true));
        var page = await _chromium.OpenAsync();
        await page.GotoAsync(Address("/account/sign-in"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Forgot your password?" }).ClickAsync();
        await page.GetByLabel("User name or e-mail address").FillAsync("carla@example.com");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the link" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Look into your mail")).ToBeVisibleAsync();

        await page.GotoAsync(AccountScene.FindLink((await _mail.ReceiveAsync()).TextBody));
        await ChooseAsync(page, "New password", "The new password again");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save password" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await SignInAsync(page, "carla", AccountScene.NewPassword);

        await Assertions.Expect(page.GetByText("signed in as carla")).ToBeVisibleAsync();
        Assert.That((await _mail.ReceiveAsync()).TextBody, Does.Contain("Its password was changed."));
        Assert.That(_chromium.Complaints.Where(text => !text.Contains("the server responded with a status of 4", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task A_person_takes_the_data_along_and_leaves()
    {
        await _scene.AddUserAsync("dora");
        var page = await OpenAsync("/account/data", "dora");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Download" }).ClickAsync());
        await page.GotoAsync(Address("/account/delete"));
        await page.GetByLabel("Delete my account and all that belongs to it").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete my account" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Your account is deleted")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await page.ReloadAsync();

        await Assertions.Expect(page).ToHaveTitleAsync("Sign in - Identity");
        Assert.That(download.SuggestedFilename, Is.EqualTo("dora.json"));
        Assert.That(await _scene.FindUserAsync("dora"), Is.Null);
        Assert.That(_chromium.Complaints.Where(text => !text.Contains("the server responded with a status of 4", StringComparison.Ordinal)), Is.Empty);
    }

    private string Address(string path) => new Uri(_scene.Server.Address, path).AbsoluteUri;

    private async Task<IPage> OpenAsync(string path, string userName)
    {
        var page = await _chromium.OpenAsync();
        await page.GotoAsync(Address(path));
        await SignInAsync(page, userName, Scene.Password);
        await Assertions.Expect(page).ToHaveURLAsync(Address(path), new() { Timeout = Chromium.Patience });
        return page;
    }

    private static async Task SignInAsync(IPage page, string userName, string password)
    {
        await page.GetByLabel("User name").FillAsync(userName);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    private static async Task ChooseAsync(IPage page, string label, string again)
    {
        await page.GetByLabel(label, new() { Exact = true }).FillAsync(AccountScene.NewPassword);
        await page.GetByLabel(again, new() { Exact = true }).FillAsync(AccountScene.NewPassword);
    }
}
