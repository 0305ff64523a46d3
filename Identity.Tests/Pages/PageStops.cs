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

    private static async Task SignInWrongAsync(IPage page)
    {
        await page.GetByLabel("User name").FillAsync(Scene.UserName);
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }
}
