using Identity.Server.Accounts.TwoFactor;
using Identity.Tests.Infrastructure;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Identity.Tests.Accounts;

/// <summary>Ways to sign in and to stay signed in, in a real browser. Each test has an account of its own.</summary>
internal sealed class SignInStepsChromiumTests
{
    private Scene _scene = null!;
    private Chromium _chromium = null!;
    private IPage _page = null!;
    private string _user = null!;

    // Passkeys belong to names, and browsers take localhost for secure.
    private Uri Server => new UriBuilder(_scene.Server.Address) { Host = "localhost" }.Uri;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _chromium = await Chromium.StartAsync();
        _scene = await Scene.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _chromium.DisposeAsync();
        await _scene.DisposeAsync();
    }

    [SetUp]
    public async Task OpenAsync()
    {
        _page = await _chromium.OpenAsync();
        _page.SetDefaultTimeout(10_000);
        _user = $"user-{TestContext.CurrentContext.Test.ID}";
        await _scene.AddUserAsync(_user);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _page.Context.CloseAsync();

        // Chromium reports every error status; anything else would be a rule of ours that a page breaks.
        Assert.That(_chromium.Complaints.Where(text => !text.Contains("the server responded with a status", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task A_person_sets_up_an_authenticator_and_signs_in_with_it_and_with_a_recovery_code()
    {
        await SignInAsync();
        await GoAsync("/account/authenticator");
        await Assertions.Expect(_page.GetByRole(AriaRole.Img, new() { Name = "QR code that holds the key below" })).ToBeVisibleAsync();
        var key = (await _page.Locator("#key").InnerTextAsync()).Replace(" ", string.Empty, StringComparison.Ordinal);
        await _page.GetByLabel("Code", new() { Exact = true }).FillAsync(Code());
        await ClickAsync("Switch on");
        var recoveryCode = await _page.Locator(".codes code").First.InnerTextAsync();

        await SignOutAsync();
        _scene.Server.Time.Advance(TimeSpan.FromSeconds(Totp.Period));
        await SignInAsync();
        await _page.GetByLabel("Code", new() { Exact = true }).FillAsync("000000");
        await ClickAsync("Sign in");
        await Assertions.Expect(_page.GetByRole(AriaRole.Alert)).ToContainTextAsync("That is not the code");
        await _page.GetByLabel("Code", new() { Exact = true }).FillAsync(Code());
        await ClickAsync("Sign in");
        await ExpectSignedInAsync();

        await SignOutAsync();
        await SignInAsync();
        await _page.GetByRole(AriaRole.Link, new() { Name = "Use a recovery code instead" }).ClickAsync();
        await _page.GetByLabel("Recovery code").FillAsync(recoveryCode);
        await ClickAsync("Sign in");
        await ExpectSignedInAsync();

        string Code() => Totp.Compute(key, _scene.Server.Time.GetUtcNow());
    }

    [Test]
    public async Task A_person_adds_a_passkey_and_signs_in_with_it_alone_until_it_is_removed()
    {
        await AddAuthenticatorAsync();
        await SignInAsync();
        await AddPasskeyAsync("My telephone");
        await _page.GetByLabel("Name").First.FillAsync("My old telephone");
        await ClickAsync("Rename");
        await Assertions.Expect(_page.GetByLabel("Name").First).ToHaveValueAsync("My old telephone");

        await SignOutAsync();
        await GoAsync("/account/sign-in?returnUrl=%2Faccount%2Fpasskeys");
        await _page.GetByRole(AriaRole.Link, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await Assertions.Expect(_page.GetByLabel("Name").First).ToHaveValueAsync("My old telephone");

        await ClickAsync("Remove");
        await Assertions.Expect(_page.GetByText("You have no passkey yet.")).ToBeVisibleAsync();
        await SignOutAsync();
        await GoAsync("/account/sign-in/passkey");
        await Assertions.Expect(_page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("This passkey is not known here");
    }

    [Test]
    public async Task A_passkey_needs_no_second_step_and_leads_on_to_the_client()
    {
        using var client = new CallbackListener();
        await _scene.AddClientAsync($"client-{_user}", "Desktop Client", client.RedirectUri);
        await AddAuthenticatorAsync();
        await SignInAsync();
        await AddPasskeyAsync("Key");
        await _scene.ChangeUserAsync(_user, user => (user.TwoFactorEnabled, user.AuthenticatorKey) = (true, "x"));
        await SignOutAsync();

        var request = new UriBuilder(_scene.AuthorizeUrl(client.RedirectUri, ("client_id", $"client-{_user}"))) { Host = "localhost" }.Uri;
        await _page.GotoAsync(request.AbsoluteUri);
        await _page.GetByRole(AriaRole.Link, new() { Name = "Sign in with a passkey" }).ClickAsync();
        var received = client.ReceiveAsync();
        await ClickAsync("Allow");

        Assert.That(await received, Does.Contain("code="));
    }

    [Test]
    public async Task A_question_to_the_browser_outlives_a_restart_and_one_that_is_too_old_is_asked_again()
    {
        await AddAuthenticatorAsync();
        await SignInAsync();
        await GoAsync("/account/passkeys");
        await _page.GetByLabel("Name").FillAsync("Before the restart");
        await _scene.Server.RestartAsync();
        await ClickAsync("Add a passkey");
        await Assertions.Expect(_page.GetByLabel("Name").First).ToHaveValueAsync("Before the restart");
        await SignOutAsync();

        // As if the page had been left open: it does not begin by itself when it is loaded again.
        await LetAnswerAsync(false);
        await GoAsync("/account/sign-in/passkey");
        await LetAnswerAsync(true);
        await _page.ReloadAsync();
        _scene.Server.Time.Advance(TimeSpan.FromMinutes(11));
        await ClickAsync("Use a passkey");
        await Assertions.Expect(_page.GetByText("That took too long")).ToBeVisibleAsync();
        await ClickAsync("Use a passkey");
        await ExpectSignedInAsync();
    }

    [Test]
    public async Task The_back_button_shows_nothing_after_signing_out()
    {
        await SignInAsync();
        await GoAsync("/account/sessions");
        await Assertions.Expect(_page.GetByText("(this browser)")).ToBeVisibleAsync();
        await ClickAsync("Sign out everywhere");
        await Assertions.Expect(_page.GetByText("You are signed out")).ToBeVisibleAsync();

        await _page.GoBackAsync();

        await Assertions.Expect(_page.GetByLabel("Password")).ToBeVisibleAsync();
        await Assertions.Expect(_page.GetByText("(this browser)")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Whoever_comes_back_to_an_expired_session_signs_in_and_goes_on()
    {
        await SignInAsync();
        await GoAsync("/account/sessions");
        _scene.Server.Time.Advance(TimeSpan.FromHours(13));
        await ClickAsync("Sign out everywhere");
        await FillInAsync();

        await Assertions.Expect(_page.GetByText("(this browser)")).ToBeVisibleAsync();
    }

    [Test]
    public async Task Five_wrong_passwords_are_answered_with_a_wait()
    {
        await GoAsync("/account/sign-in");
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await FillInAsync("not the password");
            await Assertions.Expect(_page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        }

        await FillInAsync();
        await Assertions.Expect(_page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Wait five minutes");
    }

    private ICDPSession _devTools = null!;
    private string _authenticator = null!;

    /// <summary>A device that holds passkeys and says yes to everything.</summary>
    private async Task AddAuthenticatorAsync()
    {
        _devTools = await _page.Context.NewCDPSessionAsync(_page);
        await _devTools.SendAsync("WebAuthn.enable");
        var added = await _devTools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
        _authenticator = added!.Value.GetProperty("authenticatorId").GetString()!;
    }

    /// <summary>Lets the device answer by itself, or wait.</summary>
    private async Task LetAnswerAsync(bool enabled) => await _devTools.SendAsync(
        "WebAuthn.setAutomaticPresenceSimulation", new() { ["authenticatorId"] = _authenticator, ["enabled"] = enabled });

    private async Task AddPasskeyAsync(string name)
    {
        await GoAsync("/account/passkeys");
        await _page.GetByLabel("Name").FillAsync(name);
        await ClickAsync("Add a passkey");
        await Assertions.Expect(_page.GetByLabel("Name").First).ToHaveValueAsync(name);
    }

    private async Task SignInAsync()
    {
        await GoAsync("/account/sign-in");
        await FillInAsync();
    }

    private async Task FillInAsync(string password = Scene.Password)
    {
        await _page.GetByLabel("User name").FillAsync(_user);
        await _page.GetByLabel("Password").FillAsync(password);
        await ClickAsync("Sign in");
    }

    private async Task SignOutAsync()
    {
        await GoAsync("/account/sign-out");
        await ClickAsync("Sign out");
        await Assertions.Expect(_page.GetByText("You are signed out")).ToBeVisibleAsync();
    }

    private Task ExpectSignedInAsync() => Assertions.Expect(_page.GetByText($"signed in as {_user}")).ToBeVisibleAsync();

    private async Task GoAsync(string address) => await _page.GotoAsync(new Uri(Server, address).AbsoluteUri);

    private Task ClickAsync(string button) => _page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
}
