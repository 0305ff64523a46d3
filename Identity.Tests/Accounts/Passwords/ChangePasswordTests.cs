using System.Net;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Tests.Accounts.Passwords;

internal sealed class ChangePasswordTests
{
    private Scene _scene = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_changed_password_ends_the_sessions_of_all_other_browsers()
    {
        await _scene.AddUserAsync("anna");
        var (here, elsewhere) = (await _scene.OpenAsync("anna"), await _scene.OpenAsync("anna"));

        var page = await ChangeAsync(here, Scene.Password, AccountScene.NewPassword);

        Assert.That(page.Address.AbsolutePath, Is.EqualTo("/account"));
        Assert.That(page.Text, Does.Contain("Your password is changed."));
        Assert.That(await here.IsSignedInAsync(), Is.True);
        Assert.That(await elsewhere.IsSignedInAsync(), Is.False);
        Assert.That(await _scene.CanSignInAsync("anna", Scene.Password), Is.False);
        Assert.That(await _scene.CanSignInAsync("anna", AccountScene.NewPassword), Is.True);
    }

    [TestCase("bert", false)]
    [TestCase("bill", true)]
    public async Task Connections_end_with_it_only_if_the_user_says_so(string userName, bool disconnect)
    {
        var id = await _scene.AddUserAsync(userName);
        var browser = await _scene.OpenAsync(userName);
        await browser.AuthorizeAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri), userName, Scene.Password);
        Assert.That(await StatusesAsync(id), Is.EqualTo(new[] { Statuses.Valid }));

        await ChangeAsync(browser, Scene.Password, AccountScene.NewPassword, disconnect ? [new("Disconnect", "true")] : []);

        Assert.That(await StatusesAsync(id), Is.EqualTo(new[] { disconnect ? Statuses.Revoked : Statuses.Valid }));
    }

    [Test]
    public async Task Guesses_at_the_current_password_are_counted_as_at_the_sign_in()
    {
        await _scene.AddUserAsync("cora");
        var browser = await _scene.OpenAsync("cora");

        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var page = await ChangeAsync(browser, "not the password", AccountScene.NewPassword);
            Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(page.Text, Does.Contain(attempt < 5 ? "The current password is not right." : "Too many wrong attempts."));
        }

        Assert.That((await ChangeAsync(browser, Scene.Password, AccountScene.NewPassword)).Text, Does.Contain("Too many wrong attempts."));
        _scene.Server.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.That(await _scene.CanSignInAsync("cora", Scene.Password), Is.True, "nothing was changed");
    }

    [TestCase("short", "at least 8 characters")]
    [TestCase("Password123", "tried first")]
    [TestCase("dorothea1987", "little more than your own name")]
    [TestCase("dora@example.com", "little more than your own name")]
    [TestCase("aabbaabbbb", "4 different characters")]
    public async Task A_password_that_would_be_guessed_is_refused(string password, string reason)
    {
        if (await _scene.FindUserAsync("dorothea") is null)
        {
            await _scene.AddUserAsync("dorothea", user => user.Email = "dora@example.com");
        }

        var page = await ChangeAsync(await _scene.OpenAsync("dorothea"), Scene.Password, password);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Text, Does.Contain(reason));
        Assert.That(await _scene.CanSignInAsync("dorothea", Scene.Password), Is.True);
    }

    [Test]
    public async Task Passwords_that_differ_change_nothing()
    {
        await _scene.AddUserAsync("emil");
        var browser = await _scene.OpenAsync("emil");

        var page = await browser.SubmitAsync(
            await browser.GoAsync("/account/password"),
            [new("Current", Scene.Password), new("Password", AccountScene.NewPassword), new("Confirmation", "something else")]);

        Assert.That(page.Text, Does.Contain("The two passwords differ."));
        Assert.That(await _scene.CanSignInAsync("emil", Scene.Password), Is.True);
    }

    [Test]
    public async Task Who_has_no_password_sets_one()
    {
        await _scene.AddUserAsync("fritz");
        var browser = await _scene.OpenAsync("fritz");
        await _scene.ChangeUserAsync("fritz", user => user.PasswordHash = null);

        var page = await browser.GoAsync("/account/password");
        Assert.That(page.Text, Does.Contain("Your account has no password yet").And.Not.Contain("Current password"));
        await browser.ChooseAsync(page, AccountScene.NewPassword);

        Assert.That(await _scene.CanSignInAsync("fritz", AccountScene.NewPassword), Is.True);
    }

    [Test]
    public async Task Sending_the_form_twice_changes_the_password_once()
    {
        await _scene.AddUserAsync("gerda");
        var browser = await _scene.OpenAsync("gerda");
        var form = await browser.GoAsync("/account/password");

        var pages = await Task.WhenAll(SubmitAsync(browser, form), SubmitAsync(browser, form));
        var late = await SubmitAsync(browser, form);

        Assert.That(pages.Append(late).Select(page => (int)page.Status), Is.All.LessThan(500));
        Assert.That(pages.Select(page => page.Address.AbsolutePath), Has.One.EqualTo("/account"));
        Assert.That(await _scene.CanSignInAsync("gerda", AccountScene.NewPassword), Is.True);

        static Task<BrowserPage> SubmitAsync(HttpBrowser browser, BrowserPage form) => browser.SubmitAsync(
            form, [new("Current", Scene.Password), new("Password", AccountScene.NewPassword), new("Confirmation", AccountScene.NewPassword)]);
    }

    [Test]
    public async Task A_form_that_was_open_during_a_restart_still_works()
    {
        await using var scene = await Scene.StartAsync();
        var browser = await scene.OpenAsync(Scene.UserName);
        var form = await browser.GoAsync("/account/password");
        await scene.Server.RestartAsync();

        await browser.SubmitAsync(
            form, [new("Current", Scene.Password), new("Password", AccountScene.NewPassword), new("Confirmation", AccountScene.NewPassword)]);

        Assert.That(await scene.CanSignInAsync(Scene.UserName, AccountScene.NewPassword), Is.True);
    }

    private static async Task<BrowserPage> ChangeAsync(
        HttpBrowser browser, string current, string password, params KeyValuePair<string, string>[] more) => await browser.SubmitAsync(
            await browser.GoAsync("/account/password"),
            [new("Current", current), new("Password", password), new("Confirmation", password), .. more]);

    private async Task<IReadOnlyList<string?>> StatusesAsync(string subject)
    {
        await using var services = _scene.Server.Services.CreateAsyncScope();
        var authorizations = services.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>();
        List<string?> statuses = [];
        await foreach (var authorization in authorizations.FindBySubjectAsync(subject))
        {
            statuses.Add(await authorizations.GetStatusAsync(authorization));
        }

        return statuses;
    }
}
