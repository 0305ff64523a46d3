using System.Text.RegularExpressions;
using Identity.Server.Accounts.TwoFactor;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.TwoFactor;

/// <summary>An account with an authenticator application, which is this class.</summary>
internal sealed partial class TwoFactorScene(Scene scene)
{
    /// <summary>The key that the application was given.</summary>
    public string Key { get; private set; } = string.Empty;

    /// <summary>The recovery codes that were shown last.</summary>
    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    /// <summary>What the application shows now.</summary>
    public string Code => Totp.Compute(Key, scene.Server.Time.GetUtcNow());

    /// <summary>Signs in and sets the application up. After that the clock goes on, so that the application shows another code.</summary>
    public async Task EnableAsync()
    {
        await scene.SignInAsync();
        var page = await scene.Browser.GoAsync("/account/authenticator");
        Key = ReadKey(page);
        page = await scene.Browser.SubmitAsync(page, [new("code", Code), new("decision", "confirm")]);
        Assert.That(page.Text, Does.Contain("From now on you are asked for a code"));
        RecoveryCodes = ReadCodes(page);
        Wait();
    }

    /// <summary>Lets the application show another code.</summary>
    public void Wait() => scene.Server.Time.Advance(TimeSpan.FromSeconds(Totp.Period));

    /// <summary>Signs in with the password and stops at the second step.</summary>
    public async Task<BrowserPage> BeginAsync(HttpBrowser browser, string returnUrl = "")
        => await browser.SignInAsync(await browser.GoAsync("/account/sign-in" + returnUrl), Scene.UserName, Scene.Password);

    public static string ReadKey(BrowserPage page) => Shown().Match(page.Html).Groups["key"].Value.Replace(" ", string.Empty, StringComparison.Ordinal);

    public static IReadOnlyList<string> ReadCodes(BrowserPage page) => [.. RecoveryCode().Matches(page.Html).Select(match => match.Groups["code"].Value)];

    [GeneratedRegex("<code id=\"key\">(?<key>[A-Z2-7 ]+)</code>")]
    private static partial Regex Shown();

    [GeneratedRegex("<code>(?<code>[A-Z0-9]{5}-[A-Z0-9]{5})</code>")]
    private static partial Regex RecoveryCode();
}
