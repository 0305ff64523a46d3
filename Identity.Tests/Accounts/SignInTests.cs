using System.Net;
using Identity.Stores.FileSystem.Models;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NUnit.Framework;

namespace Identity.Tests.Accounts;

internal sealed class SignInTests
{
    private static readonly TimeSpan Lockout = TimeSpan.FromMinutes(5);

    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_user_signs_in_with_name_and_password()
    {
        var page = await _scene.SignInAsync();

        Assert.That(page.Address.AbsolutePath, Is.EqualTo("/"));
        Assert.That(page.Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task A_wrong_password_and_an_unknown_name_get_the_same_answer()
    {
        for (var attempt = 1; attempt <= 7; attempt++)
        {
            var wrong = await TryAsync(Scene.UserName, "not the password");
            var unknown = await TryAsync("nobody", "not the password");

            Assert.That(wrong.Status, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(unknown.Status, Is.EqualTo(wrong.Status));
            Assert.That(unknown.Text, Is.EqualTo(wrong.Text), $"attempt {attempt}");
            Assert.That(wrong.Text, attempt < 5 ? Does.Contain("is not right") : Does.Contain("Wait five minutes"));
        }
    }

    [Test]
    public async Task What_is_compared_does_not_tell_whether_there_is_an_account_or_a_password()
    {
        var hasher = new CountingHasher();
        await using var scene = await Scene.StartAsync(builder => builder.Services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<User>>(hasher)));
        await scene.AddUserAsync("invited");
        await scene.ChangeUserAsync("invited", user => user.PasswordHash = null);
        await scene.AddUserAsync("disabled", user => user.IsDisabled = true);
        await scene.AddUserAsync("no-longer-admitted", user => user.IsAdmittedByPolicy = true);

        for (var attempt = 1; attempt <= 6; attempt++)
        {
            List<(int Comparisons, string Text)> answers = [];
            foreach (var userName in new[] { Scene.UserName, "nobody", "invited", "disabled", "no-longer-admitted" })
            {
                var before = hasher.Comparisons;
                var browser = scene.OpenBrowser();
                var page = await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), userName, "not the password");
                answers.Add((hasher.Comparisons - before, page.Text));
            }

            Assert.That(answers.Distinct(), Has.Exactly(1).Items, $"attempt {attempt}");
            Assert.That(answers[0].Comparisons, Is.EqualTo(attempt <= 5 ? 1 : 0));
        }
    }

    [Test]
    public async Task Five_wrong_passwords_lock_the_account_for_five_minutes()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await TryAsync(Scene.UserName, "not the password");
        }

        var locked = await TryAsync(Scene.UserName, Scene.Password);
        _scene.Server.Time.Advance(Lockout - TimeSpan.FromSeconds(1));
        var stillLocked = await TryAsync(Scene.UserName, Scene.Password);
        _scene.Server.Time.Advance(TimeSpan.FromSeconds(2));
        var open = await TryAsync(Scene.UserName, Scene.Password);

        Assert.That(locked.Text, Does.Contain("Too many wrong attempts"));
        Assert.That(stillLocked.Text, Does.Contain("Too many wrong attempts"));
        Assert.That(open.Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task A_lockout_survives_a_restart()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await TryAsync(Scene.UserName, "not the password");
        }

        await _scene.Server.RestartAsync();

        Assert.That((await TryAsync(Scene.UserName, Scene.Password)).Text, Does.Contain("Too many wrong attempts"));
    }

    [TestCase(Scene.UserName)]
    [TestCase("nobody")]
    public async Task Parallel_attempts_are_all_counted(string userName)
    {
        var browsers = Enumerable.Range(0, 8).Select(_ => _scene.OpenBrowser()).ToList();
        var forms = await Task.WhenAll(browsers.Select(browser => browser.GoAsync("/account/sign-in")));

        var pages = await Task.WhenAll(browsers.Zip(forms, (browser, form) => browser.SignInAsync(form, userName, "not the password")));

        Assert.That(pages.Count(page => page.Text.Contains("is not right", StringComparison.Ordinal)), Is.EqualTo(4));
        Assert.That(pages.Count(page => page.Text.Contains("Too many wrong attempts", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    [Test]
    public async Task A_disabled_account_is_answered_like_an_unknown_one_and_its_sessions_end()
    {
        await _scene.SignInAsync();
        await _scene.ChangeUserAsync(Scene.UserName, user => user.IsDisabled = true);

        var home = await _scene.Browser.GoAsync("/");
        var attempt = await TryAsync(Scene.UserName, Scene.Password);

        Assert.That(home.Text, Does.Not.Contain("signed in as"));
        Assert.That(attempt.Text, Does.Contain("The user name or the password is not right."));
    }

    [Test]
    public async Task A_changed_security_stamp_ends_sessions()
    {
        await _scene.SignInAsync();
        await _scene.ChangeUserAsync(Scene.UserName, user => user.SecurityStamp = "another");

        Assert.That((await _scene.Browser.GoAsync("/")).Text, Does.Not.Contain("signed in as"));
    }

    [Test]
    public async Task A_session_survives_a_restart()
    {
        await _scene.SignInAsync();
        await _scene.Server.RestartAsync();

        Assert.That((await _scene.Browser.GoAsync("/")).Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task A_field_that_is_wrong_says_so_to_who_does_not_see_the_page()
    {
        var form = await _scene.Browser.GoAsync("/account/sign-in");
        var page = await _scene.Browser.SignInAsync(form, "", Scene.Password);

        Assert.That(form.Html, Does.Not.Contain("aria-invalid"));
        Assert.That(page.Html, Does.Match("<input id=\"UserName\"[^>]* aria-invalid=\"true\"[^>]* aria-describedby=\"problems\"").And.Contain("<div id=\"problems\""));
        Assert.That(page.Html, Does.Not.Match("<input id=\"Password\"[^>]* aria-invalid"));
    }

    [TestCase("https://evil.example/")]
    [TestCase("//evil.example/")]
    [TestCase("/\\evil.example/")]
    [TestCase("javascript:alert(1)")]
    public async Task Signing_in_leads_nowhere_else(string returnUrl)
    {
        var form = await _scene.Browser.GoAsync($"/account/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}");
        var page = await _scene.Browser.SignInAsync(form, Scene.UserName, Scene.Password);

        Assert.That(page.LeftFor, Is.Null);
        Assert.That(page.Address, Is.EqualTo(new Uri(_scene.Server.Address, "/")));
    }

    [Test]
    public async Task A_form_from_elsewhere_signs_nobody_in()
    {
        var page = await _scene.Browser.PostAsync(
            new Uri("/account/sign-in", UriKind.Relative), [new("UserName", Scene.UserName), new("Password", Scene.Password)]);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Text, Does.Contain("That did not work"));
        Assert.That((await _scene.Browser.GoAsync("/")).Text, Does.Not.Contain("signed in as"));
    }

    [Test]
    public async Task Signing_out_takes_a_click()
    {
        await _scene.SignInAsync();

        var question = await _scene.Browser.GoAsync("/account/sign-out");
        var before = await _scene.Browser.GoAsync("/");
        var done = await _scene.Browser.SubmitAsync(question, []);
        var after = await _scene.Browser.GoAsync("/");

        Assert.That(question.Text, Does.Contain("Sign out?"));
        Assert.That(before.Text, Does.Contain("signed in as alice"));
        Assert.That(done.Text, Does.Contain("You are signed out"));
        Assert.That(after.Text, Does.Not.Contain("signed in as"));
    }

    [Test]
    public async Task The_session_cookie_is_closed_to_scripts_and_other_sites()
    {
        using var client = _scene.Server.CreateClient();
        var cookies = await PostSignInAsync(client);

        var cookie = cookies.Single(cookie => cookie.StartsWith("identity=", StringComparison.Ordinal));
        Assert.That(cookie, Does.Contain("httponly").And.Contain("samesite=lax").And.Contain("path=/"));
        Assert.That(cookie, Does.Not.Contain("secure").And.Not.Contain("domain"));
    }

    internal static async Task<IReadOnlyList<string>> PostSignInAsync(HttpClient client)
    {
        using var shown = await client.GetAsync(new Uri("/account/sign-in", UriKind.Relative));
        var html = await shown.Content.ReadAsStringAsync();
        var page = new BrowserPage(client.BaseAddress!, shown.StatusCode, shown.Headers, "text/html", html, null);
        var token = page.Forms[0].Fields.Single(field => field.Name == "__RequestVerificationToken").Value;
        using var posted = await client.PostAsync(new Uri("/account/sign-in", UriKind.Relative), new FormUrlEncodedContent(
        [
            new("UserName", Scene.UserName),
            new("Password", Scene.Password),
            new("__RequestVerificationToken", token),
        ]));
        return [.. posted.Headers.GetValues("Set-Cookie")];
    }

    private async Task<BrowserPage> TryAsync(string userName, string password)
    {
        var browser = _scene.OpenBrowser();
        return await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), userName, password);
    }

    private sealed class CountingHasher : PasswordHasher<User>
    {
        public int Comparisons { get; private set; }

        public override PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
        {
            Comparisons++;
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
