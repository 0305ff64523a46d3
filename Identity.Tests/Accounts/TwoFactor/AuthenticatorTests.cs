using System.Net;
using Identity.Server.Accounts.TwoFactor;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.TwoFactor;

internal sealed class AuthenticatorTests
{
    private Scene _scene = null!;
    private TwoFactorScene _account = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _scene = await Scene.StartAsync();
        _account = new TwoFactorScene(_scene);
    }

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_key_counts_when_a_code_of_it_came_back()
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync("/account/authenticator");
        var refused = await _scene.Browser.SubmitAsync(page, [new("code", "000000"), new("decision", "confirm")]);
        var other = await _account.BeginAsync(_scene.OpenBrowser());

        Assert.That((refused.Status, refused.Text.Contains("That is not the code", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.BadRequest, true)));
        Assert.That(TwoFactorScene.ReadKey(refused), Is.EqualTo(TwoFactorScene.ReadKey(page)), "the one that is in the application by now");
        Assert.That(other.Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task The_picture_is_part_of_the_page()
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync("/account/authenticator");

        Assert.That(page.Html, Does.Contain("<svg class=\"qr\"").And.Contain("<path d=\"M").And.Not.Contain("data:"));
        Assert.That(QrCode.Of("otpauth://totp/x").Size, Is.GreaterThan(20));
    }

    [Test]
    public async Task Switching_on_and_off_ends_the_other_sessions()
    {
        var other = _scene.OpenBrowser();
        await _scene.SignInAsync(other);
        await _account.EnableAsync();
        Assert.That((await other.GoAsync("/")).Text, Does.Not.Contain("signed in as"));
        Assert.That((await _scene.Browser.GoAsync("/")).Text, Does.Contain("signed in as alice"));

        await other.SubmitAsync(await _account.BeginAsync(other), [new("code", _account.Code)]);
        await _scene.Browser.SubmitAsync(await _scene.Browser.GoAsync("/account/authenticator"), [new("decision", "disable")]);
        Assert.That((await other.GoAsync("/")).Text, Does.Not.Contain("signed in as"));
        Assert.That((await _scene.Browser.GoAsync("/")).Text, Does.Contain("signed in as alice"));
        Assert.That((await _account.BeginAsync(other)).Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task Another_application_takes_the_place_of_the_first_once_it_has_shown_a_code()
    {
        await _account.EnableAsync();
        var first = _account.Key;
        var page = await _scene.Browser.GoAsync("/account/authenticator?again=true");
        var second = TwoFactorScene.ReadKey(page);
        var browser = _scene.OpenBrowser();
        await browser.SubmitAsync(await _account.BeginAsync(browser), [new("code", _account.Code)]);
        Assert.That((await browser.GoAsync("/")).Text, Does.Contain("signed in as alice"), "the first goes on until then");

        _account.Wait();
        await _scene.Browser.SubmitAsync(page, [new("code", Totp.Compute(second, _scene.Server.Time.GetUtcNow())), new("decision", "confirm")]);
        _account.Wait();
        var step = await _account.BeginAsync(_scene.OpenBrowser());
        var now = _scene.Server.Time.GetUtcNow();
        browser = _scene.OpenBrowser();
        step = await _account.BeginAsync(browser);
        Assert.That((await browser.SubmitAsync(step, [new("code", Totp.Compute(first, now))])).Text, Does.Contain("That is not the code"));
        Assert.That((await browser.SubmitAsync(step, [new("code", Totp.Compute(second, now))])).Text, Does.Contain("signed in as alice"));
    }

    [TestCase("/account/authenticator")]
    [TestCase("/account/recovery-codes")]
    public async Task It_takes_a_recent_sign_in(string address)
    {
        Assert.That((await _scene.Browser.GoAsync(address)).Address.AbsolutePath, Is.EqualTo("/account/sign-in"));
        await _account.EnableAsync();
        _scene.Server.Time.Advance(TimeSpan.FromMinutes(10));
        var page = await _scene.Browser.GoAsync(address);
        Assert.That(page.Address.AbsolutePath, Is.EqualTo("/account/sign-in"));

        page = await _scene.Browser.SignInAsync(page, Scene.UserName, Scene.Password);
        page = await _scene.Browser.SubmitAsync(page, [new("code", _account.Code)]);
        Assert.That(page.Address.AbsolutePath, Is.EqualTo(address));
    }

    [Test]
    public async Task A_form_that_is_sent_twice_leaves_codes_that_work()
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync("/account/authenticator");
        var code = Totp.Compute(TwoFactorScene.ReadKey(page), _scene.Server.Time.GetUtcNow());
        await _scene.Browser.SubmitAsync(page, [new("code", code), new("decision", "confirm")]);
        var second = await _scene.Browser.SubmitAsync(page, [new("code", code), new("decision", "confirm")]);

        var browser = _scene.OpenBrowser();
        await _account.BeginAsync(browser);
        var step = await browser.GoAsync("/account/sign-in/recovery-code");
        Assert.That((await browser.SubmitAsync(step, [new("code", TwoFactorScene.ReadCodes(second)[0])])).Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task A_key_that_was_offered_to_somebody_else_does_not_count()
    {
        await _scene.AddUserAsync("mallory");
        var mallory = _scene.OpenBrowser();
        await _scene.SignInAsync(mallory, "mallory");
        var theirs = await mallory.GoAsync("/account/authenticator");
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync("/account/authenticator");

        var offer = theirs.Forms[0].Fields.Single(field => field.Name == "offer").Value;
        var code = Totp.Compute(TwoFactorScene.ReadKey(theirs), _scene.Server.Time.GetUtcNow());
        await _scene.Browser.SubmitAsync(page, [new("offer", offer), new("code", code), new("decision", "confirm")]);

        Assert.That((await _account.BeginAsync(_scene.OpenBrowser())).Text, Does.Contain("signed in as alice"));
    }
}
