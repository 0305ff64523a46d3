using System.Net;
using Identity.Server.Accounts;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Identity.Tests.Accounts.TwoFactor;

internal sealed class SecondStepTests
{
    private static readonly TimeSpan Lockout = TimeSpan.FromMinutes(5);

    private Scene _scene = null!;
    private TwoFactorScene _account = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _scene = await Scene.StartAsync();
        _account = new TwoFactorScene(_scene);
        await _account.EnableAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_password_alone_signs_nobody_in()
    {
        var browser = _scene.OpenBrowser();
        var asked = await _account.BeginAsync(browser);
        var home = await browser.GoAsync("/");
        var authorized = await browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));
        var done = await browser.SubmitAsync(asked, [new("code", _account.Code)]);

        Assert.That(asked.Address.AbsolutePath, Is.EqualTo("/account/sign-in/authenticator"));
        Assert.That(home.Text, Does.Not.Contain("signed in as"));
        Assert.That(HttpBrowser.IsSignIn(authorized), Is.True);
        Assert.That(done.Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task The_second_step_leads_on_to_the_client()
    {
        var browser = _scene.OpenBrowser();
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);

        var page = await browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));
        page = await browser.SignInAsync(page, Scene.UserName, Scene.Password);
        var rule = page.Headers.GetValues("Content-Security-Policy").Single();
        page = await browser.SubmitAsync(page, [new("code", _account.Code)]);

        Assert.That(rule, Does.Contain("form-action 'self' https://client.example"));
        Assert.That(page.LeftFor?.AbsoluteUri, Does.StartWith(Scene.WebRedirectUri).And.Contain("code="));
    }

    [Test]
    public async Task A_code_counts_once()
    {
        var code = _account.Code;
        var (first, second) = (_scene.OpenBrowser(), _scene.OpenBrowser());
        var (firstStep, secondStep) = (await _account.BeginAsync(first), await _account.BeginAsync(second));

        var pages = await Task.WhenAll(
            first.SubmitAsync(firstStep, [new("code", code)]), second.SubmitAsync(secondStep, [new("code", code)]));
        await _scene.Server.RestartAsync();
        var later = await second.SubmitAsync(secondStep, [new("code", code)]);

        Assert.That(pages.Count(page => page.Text.Contains("signed in as alice", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(pages.Append(later).Count(page => page.Status is HttpStatusCode.BadRequest), Is.EqualTo(2));
    }

    [Test]
    public async Task Wrong_codes_and_wrong_passwords_together_lock_the_account()
    {
        var browser = _scene.OpenBrowser();
        var step = await _account.BeginAsync(browser);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.That((await browser.SubmitAsync(step, [new("code", "000000")])).Text, Does.Contain("That is not the code"));
        }

        // A right password in between does not start the count anew.
        await _account.BeginAsync(_scene.OpenBrowser());
        await browser.SubmitAsync(step, [new("code", "000000")]);
        var fifth = await browser.SubmitAsync(step, [new("code", "000000")]);
        var right = await browser.SubmitAsync(step, [new("code", _account.Code)]);
        var password = await _account.BeginAsync(_scene.OpenBrowser());
        var recovery = await browser.SubmitAsync(await browser.GoAsync("/account/sign-in/recovery-code"), [new("code", _account.RecoveryCodes[0])]);
        _scene.Server.Time.Advance(Lockout + TimeSpan.FromSeconds(1));
        var open = await browser.SubmitAsync(step, [new("code", _account.Code)]);

        foreach (var page in new[] { fifth, right, password, recovery })
        {
            Assert.That(page.Text, Does.Contain("Too many wrong attempts"));
        }

        Assert.That(open.Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task Parallel_guesses_are_all_counted()
    {
        var browsers = Enumerable.Range(0, 8).Select(_ => _scene.OpenBrowser()).ToList();
        var steps = await Task.WhenAll(browsers.Select(browser => _account.BeginAsync(browser)));

        var pages = await Task.WhenAll(browsers.Zip(steps, (browser, step) => browser.SubmitAsync(step, [new("code", "000000")])));

        Assert.That(pages.Count(page => page.Text.Contains("That is not the code", StringComparison.Ordinal)), Is.EqualTo(4));
        Assert.That(pages.Count(page => page.Text.Contains("Too many wrong attempts", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    [Test]
    public async Task A_recovery_code_signs_in_once_however_it_is_typed()
    {
        var typed = _account.RecoveryCodes[3].Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant();
        var browser = _scene.OpenBrowser();
        await _account.BeginAsync(browser);
        var done = await browser.SubmitAsync(await browser.GoAsync("/account/sign-in/recovery-code"), [new("code", typed)]);
        var left = await browser.GoAsync("/account/authenticator");
        var other = _scene.OpenBrowser();
        await _account.BeginAsync(other);
        var again = await other.SubmitAsync(await other.GoAsync("/account/sign-in/recovery-code"), [new("code", typed)]);

        Assert.That(_account.RecoveryCodes.Distinct().Count(), Is.EqualTo(10));
        Assert.That(done.Text, Does.Contain("signed in as alice"));
        Assert.That(left.Text, Does.Contain("that you have not used: 9."));
        Assert.That((again.Status, again.Text.Contains("none of your recovery codes", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.BadRequest, true)));
    }

    [Test]
    public async Task New_recovery_codes_replace_the_old_ones()
    {
        var page = await _scene.Browser.SubmitAsync(await _scene.Browser.GoAsync("/account/recovery-codes"), []);
        var codes = TwoFactorScene.ReadCodes(page);
        var browser = _scene.OpenBrowser();
        await _account.BeginAsync(browser);
        var step = await browser.GoAsync("/account/sign-in/recovery-code");

        Assert.That(codes, Has.Count.EqualTo(10));
        Assert.That((await browser.SubmitAsync(step, [new("code", _account.RecoveryCodes[0])])).Text, Does.Contain("none of your recovery codes"));
        Assert.That((await browser.SubmitAsync(step, [new("code", codes[0])])).Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task An_administrator_helps_out_who_has_lost_everything()
    {
        await _scene.AddUserAsync("root", user => user.IsAdministrator = true);
        var administrator = _scene.OpenBrowser();
        await _scene.SignInAsync(administrator, "root");
        var address = $"/administration/accounts/{_scene.Server.Services.GetRequiredService<Collection<User>>().List(user => user.TwoFactorEnabled).Single().Id}";
        await administrator.SubmitAsync(await administrator.GoAsync(address), [new("deed", "second-step")]);

        Assert.That((await _scene.SignInAsync(_scene.OpenBrowser())).Text, Does.Contain("signed in as alice"));
        Assert.That((await _scene.Browser.GoAsync("/")).Text, Does.Not.Contain("signed in as"), "other sessions end");
    }

    [TestCase("nothing")]
    [TestCase("ten minutes")]
    [TestCase("the end of the sign-in")]
    [TestCase("another password")]
    [TestCase("a disabled account")]
    public async Task There_is_nothing_to_go_on_with_after(string what)
    {
        var browser = _scene.OpenBrowser();
        var step = await _account.BeginAsync(browser);
        switch (what)
        {
            case "nothing":
                browser = _scene.OpenBrowser();
                break;
            case "ten minutes":
                _scene.Server.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
                break;
            case "the end of the sign-in":
                await browser.SubmitAsync(step, [new("code", _account.Code)]);
                _account.Wait();
                break;
            case "another password":
                await SetPasswordAsync("another-river-lamp");
                break;
            case "a disabled account":
                await _scene.ChangeUserAsync(Scene.UserName, user => user.IsDisabled = true);
                break;
        }

        foreach (var address in new[] { "/account/sign-in/authenticator", "/account/sign-in/recovery-code" })
        {
            var shown = await browser.GoAsync(address);
            Assert.That((shown.Status, shown.Text.Contains("Start over", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.BadRequest, true)), address);
        }

        // A form from before, with the token of this browser: the back button, or a double click.
        var form = await browser.GoAsync("/account/sign-in");
        var token = form.Forms[0].Fields.Single(field => field.Name == "__RequestVerificationToken").Value;
        var posted = await browser.PostAsync(
            new("/account/sign-in/authenticator", UriKind.Relative), [new("__RequestVerificationToken", token), new("code", _account.Code)]);
        Assert.That((posted.Status, posted.Text.Contains("Start over", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.BadRequest, true)));
    }

    [Test]
    public async Task A_restart_between_the_steps_changes_nothing_but_for_the_client_that_waits()
    {
        var (alone, forClient) = (_scene.OpenBrowser(), _scene.OpenBrowser());
        var step = await _account.BeginAsync(alone);
        var clientStep = await forClient.SignInAsync(await forClient.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri)), Scene.UserName, Scene.Password);
        await _scene.Server.RestartAsync();

        var done = await alone.SubmitAsync(step, [new("code", _account.Code)]);
        _account.Wait();
        var startOver = await forClient.SubmitAsync(clientStep, [new("code", _account.Code)]);

        Assert.That(done.Text, Does.Contain("signed in as alice"));
        Assert.That((int)startOver.Status, Is.InRange(400, 499));
        Assert.That(startOver.LeftFor, Is.Null);
    }

    [Test]
    public async Task The_ID_token_says_how_the_user_signed_in()
    {
        Assert.That(await ReadMethodsAsync(_scene.Browser), Is.EqualTo("""["pwd"]"""), "the session in which the factor was set up");
        var browser = _scene.OpenBrowser();
        await browser.SubmitAsync(await _account.BeginAsync(browser), [new("code", _account.Code)]);
        Assert.That(await ReadMethodsAsync(browser), Is.EqualTo("""["pwd","otp","mfa"]"""));
    }

    private async Task<string> ReadMethodsAsync(HttpBrowser browser)
    {
        var left = await browser.AuthorizeAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri), Scene.UserName, Scene.Password);
        using var client = _scene.Server.CreateClient();
        using var content = new FormUrlEncodedContent(
        [
            new("grant_type", "authorization_code"),
            new("client_id", Scene.ClientId),
            new("code", Scene.Answer(left)["code"]),
            new("redirect_uri", Scene.WebRedirectUri),
            new("code_verifier", new string('v', 43)),
        ]);
        using var response = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), content);
        var answer = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return Tokens.Tokens.Claims(answer.GetProperty("id_token").GetString()!).GetProperty("amr").GetRawText();
    }

    private async Task SetPasswordAsync(string password)
    {
        await using var scope = _scene.Server.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<AccountManager>();
        var result = await accounts.SetPasswordAsync((await accounts.FindByNameAsync(Scene.UserName))!, password);
        Assert.That(result.Succeeded, result.ToString());
    }
}
