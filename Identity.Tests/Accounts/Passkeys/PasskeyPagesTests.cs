using System.Net;
using Identity.Server.Accounts.Passkeys;
using Identity.Stores.FileSystem.Models;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Passkeys;

/// <summary>What the pages for passkeys do without a passkey; with one, a real browser shows it.</summary>
internal sealed class PasskeyPagesTests
{
    private Scene _scene = null!;
    private HttpBrowser _browser = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [SetUp]
    public void Open() => _browser = new HttpBrowser(new UriBuilder(_scene.Server.Address) { Host = "localhost" }.Uri);

    [TearDown]
    public void Close() => _browser.Dispose();

    [TestCase("/account/sign-in/passkey")]
    [TestCase("/account/passkeys")]
    public async Task A_script_runs_on_the_pages_for_passkeys_and_says_so_where_it_does_not(string address)
    {
        await _scene.SignInAsync(_browser);
        var page = await _browser.GoAsync(address);

        Assert.That(page.Html, Does.Contain("<script src=\"/passkeys.js?v=").And.Contain("<noscript>"));
        Assert.That(page.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("script-src 'self'").And.Not.Contain("unsafe"));
        Assert.That((await _browser.GoAsync("/passkeys.js")).ContentType, Is.EqualTo("text/javascript"));
        Assert.That((await _browser.GoAsync("/account/sign-in")).Headers.GetValues("Content-Security-Policy").Single(), Does.Not.Contain("script-src"));
    }

    [Test]
    public async Task At_an_address_of_numbers_the_pages_say_why_there_are_none()
    {
        var browser = _scene.Browser;
        Assert.That((await browser.GoAsync("/account/sign-in")).Text, Does.Not.Contain("passkey"));
        await _scene.SignInAsync();
        foreach (var address in new[] { "/account/sign-in/passkey", "/account/passkeys" })
        {
            var page = await browser.GoAsync(address);
            Assert.That(page.Text, Does.Contain("localhost in place of 127.0.0.1"));
            Assert.That(page.Html, Does.Not.Contain("<script"));
        }

        Assert.That((await _browser.GoAsync("/account/sign-in")).Text, Does.Contain("Sign in with a passkey"));
    }

    [Test]
    public async Task An_account_has_so_many_passkeys_and_removing_one_signs_out_whoever_has_it()
    {
        await _scene.AddUserAsync("bob", user => user.Passkeys =
            [.. Enumerable.Range(0, PasskeysModel.MaximumCount).Select(number => new Passkey { CredentialId = $"AA{number:D2}", PublicKey = "AAAA", AttestationObject = "AAAA", ClientData = "AAAA" })]);
        var elsewhere = await _scene.OpenAsync("bob");
        await _scene.SignInAsync(_browser, "bob");

        var full = await _browser.GoAsync("/account/passkeys");
        var page = await _browser.SubmitAsync(full, [new("id", "AA00"), new("decision", "remove")]);

        Assert.That(full.Text, Does.Contain("An account has at most 20 passkeys."));
        Assert.That(full.Forms.Any(form => form.Has("credential")), Is.False);
        Assert.That(page.Forms.Any(form => form.Has("credential")), Is.True, "there is room, and the person is signed in");
        Assert.That((await _scene.FindUserAsync("bob"))!.Passkeys, Has.Length.EqualTo(PasskeysModel.MaximumCount - 1));
        Assert.That(await elsewhere.IsSignedInAsync(), Is.False);
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("no JSON")]
    [TestCase("""{"id":"AA","rawId":"AA","type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":"AA","authenticatorData":"AA","signature":"AA","userHandle":"AA"}}""")]
    [TestCase("""{"id":"AA","rawId":"AA","type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":"AA","attestationObject":"AA","transports":[]}}""")]
    public async Task An_answer_that_is_none_gets_a_page_that_says_so(string credential)
    {
        var page = await _browser.GoAsync("/account/sign-in/passkey");
        var refused = await _browser.SubmitAsync(page, [new("credential", credential)]);
        Assert.That((refused.Status, refused.Text.Contains("Sign in otherwise", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.BadRequest, true)));

        await _scene.SignInAsync(_browser);
        page = await _browser.GoAsync("/account/passkeys");
        refused = await _browser.SubmitAsync(page, [new("credential", credential), new("name", "Key")]);
        Assert.That((refused.Status, refused.Text.Contains("You have no passkey yet", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.BadRequest, true)));
    }

    [Test]
    public async Task A_question_of_one_page_is_not_answered_on_the_other()
    {
        await _scene.SignInAsync(_browser);
        var adding = await _browser.GoAsync("/account/passkeys");
        await _browser.GoAsync("/account/sign-in/passkey");

        var refused = await _browser.SubmitAsync(adding, [new("credential", "{}"), new("name", "Key")]);

        Assert.That((refused.Status, refused.Text.Contains("That took too long", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.BadRequest, true)));
    }
}
