using System.Text.RegularExpressions;
using Identity.Server.Accounts.TwoFactor;
using Identity.Tests.Accounts;
using Identity.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Identity.Tests.Pages;

/// <summary>All pages, in their states. A page without a line here fails a test.</summary>
internal static class PageStops
{
    public static IReadOnlyList<PageStop> All { get; } =
    [
        new("home", "/", "/", Viewer.Stranger),
        new("home-signed-in", "/", "/"),
        new("setup", "/account/setup", scene => Task.FromResult(scene.SetupAddress), Viewer.Stranger),
        new("setup-expired", "/account/setup", "/account/setup?token=x", Viewer.Stranger),
        new("sign-in-plain", "/account/sign-in", "/account/sign-in", Viewer.Stranger),
        new("sign-in", "/account/sign-in", scene => Task.FromResult(scene.Consent), Viewer.Stranger),
        new("sign-in-wrong", "/account/sign-in", "/account/sign-in", Viewer.Stranger) { Act = SignInWrongAsync },
        new("signed-out", "/account/sign-out", "/account/sign-out", Viewer.Stranger),
        new("sign-out", "/account/sign-out", "/account/sign-out"),
        new("forgot-password", "/account/forgot-password", "/account/forgot-password", Viewer.Stranger),
        new("forgot-password-done", "/account/forgot-password", "/account/forgot-password?done", Viewer.Stranger),
        new("reset-password", "/account/reset-password", scene => scene.Scene.MakeLinkAsync(PageScene.OtherUser), Viewer.Stranger),
        new("link-dead", "/account/reset-password", "/account/reset-password?token=x", Viewer.Stranger),
        new("invitation", "/account/invitation", scene => scene.InviteAsync(), Viewer.Stranger),
        new("confirm-email-dead", "/account/confirm-email", "/account/confirm-email?token=x", Viewer.Stranger),
        new("account-deleted", "/account/deleted", "/account/deleted", Viewer.Stranger),
        new("sign-in-passkey", "/account/sign-in/passkey", "/account/sign-in/passkey", Viewer.Stranger),
        new("sign-in-step-start-over", "/account/sign-in/authenticator", "/account/sign-in/authenticator", Viewer.Stranger),
        new("sign-in-authenticator", "/account/sign-in/authenticator", "/account/sign-in", Viewer.Stranger) { Act = SignInHalfAsync },
        new("sign-in-recovery-code", "/account/sign-in/recovery-code", "/account/sign-in/recovery-code", Viewer.Stranger),
        new("external-problem", "/account/sign-in/external", "/account/sign-in/external?provider=company", Viewer.Stranger),
        new("external-start-over", "/account/sign-in/external/{provider}", "/account/sign-in/external/company", Viewer.Stranger),
        new("account", "/account", "/account"),
        new("account-profile", "/account/profile", "/account/profile"),
        new("account-password", "/account/password", "/account/password"),
        new("account-password-wrong", "/account/password", (Func<PageScene, Task<string>>?)null) { Act = ChangePasswordWrongAsync },
        new("account-authenticator", "/account/authenticator", "/account/authenticator"),
        new("account-authenticator-codes", "/account/authenticator", (Func<PageScene, Task<string>>?)null) { Act = EnableAuthenticatorAsync },
        new("account-authenticator-on", "/account/authenticator", "/account/authenticator"),
        new("account-recovery-codes", "/account/recovery-codes", "/account/recovery-codes"),
        new("account-passkeys", "/account/passkeys", "/account/passkeys"),
        new("account-providers", "/account/providers", "/account/providers"),
        new("account-sessions", "/account/sessions", "/account/sessions"),
        new("account-data", "/account/data", "/account/data"),
        new("account-delete", "/account/delete", "/account/delete"),
        new("administration-accounts", "/administration/accounts", "/administration/accounts"),
        new("administration-account", "/administration/accounts/{id}", async scene => $"/administration/accounts/{(await scene.Scene.FindUserAsync(PageScene.OtherUser))!.Id}"),
        new("administration-link", "/administration/accounts/{id}", (Func<PageScene, Task<string>>?)null) { Act = MakeLinkAsync },
        new("consent", "/connect/authorize", scene => Task.FromResult(scene.Consent)),
        new("consent-loopback", "/connect/authorize", scene => Task.FromResult(scene.ConsentForDevice)),
        new("end-session", "/connect/logout", "/connect/logout"),
        new("end-session-leave", "/connect/logout", $"/connect/logout?client_id={Scene.ClientId}&post_logout_redirect_uri=https://client.example/signed-out", Viewer.Stranger),
        new("connections", "/connections", "/connections"),
        new("connection", "/connections/{id}", "/connections/connection"),
        new("connection-paused", "/connections/{id}", "/connections/paused"),
        new("connection-ended", "/connections/{id}", "/connections/ended"),
        new("device", "/device", "/device"),
        new("device-wrong", "/device", "/device?user_code=BBBB-BBBB"),
        new("device-consent", "/device", scene => scene.Scene.AskForDeviceAsync()),
        new("device-done", "/device/done", "/device/done?allowed"),
        new("error-unknown-client", "/error", "/connect/authorize?client_id=unknown&redirect_uri=https://client.example/"),
        new("error-start-over", "/error", $"/connect/authorize?client_id={Scene.ClientId}&request_uri=urn:ietf:params:oauth:request_uri:x"),
        new("error-not-found", "/error", "/nothing-here"),
    ];

    private static async Task SignInWrongAsync(PageScene scene, IPage page)
    {
        await page.GetByLabel("User name").FillAsync(Scene.UserName);
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }

    private static async Task SignInHalfAsync(PageScene scene, IPage page)
    {
        await page.GetByLabel("User name").FillAsync(PageScene.CarefulUser);
        await page.GetByLabel("Password").FillAsync(Scene.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/account/sign-in/authenticator"), new() { Timeout = Chromium.Patience });
    }

    private static async Task EnableAuthenticatorAsync(PageScene scene, IPage page)
    {
        var key = (await page.Locator("#key").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync(Totp.Compute(key, scene.Scene.Server.Time.GetUtcNow()));
        await page.Locator("main button.primary").ClickAsync();
        await Assertions.Expect(page.GetByText("From now on you are asked for a code")).ToBeVisibleAsync();
    }

    private static async Task MakeLinkAsync(PageScene scene, IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        await Assertions.Expect(page.Locator("code.link")).ToBeVisibleAsync();
    }

    private static async Task ChangePasswordWrongAsync(PageScene scene, IPage page)
    {
        await page.GetByLabel("Current password").FillAsync("not the password");
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(AccountScene.NewPassword);
        await page.GetByLabel("The new password again").FillAsync(AccountScene.NewPassword);
        await page.Locator("main button.primary").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }
}
