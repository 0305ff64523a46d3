using System.Text.RegularExpressions;
using Identity.Server.Administration.Accounts;
using Identity.Stores.FileSystem.Models;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Identity.Tests.Accounts;

/// <summary>What tests of accounts do again and again.</summary>
internal static partial class AccountScene
{
    public const string NewPassword = "another-quiet-lamp";

    /// <summary>Adds an account without a password, and returns the link with which somebody takes it.</summary>
    public static async Task<string> InviteAsync(this Scene scene, string userName, Action<User>? configure = null)
    {
        await using var services = scene.Server.Services.CreateAsyncScope();
        var user = new User { UserName = userName };
        configure?.Invoke(user);
        var result = await services.ServiceProvider.GetRequiredService<AccountAdministration>().InviteAsync(user);
        Assert.That(result.Succeeded, result.ToString());
        return await scene.MakeLinkAsync(userName);
    }

    /// <summary>Makes the link that an administrator would.</summary>
    public static async Task<string> MakeLinkAsync(this Scene scene, string userName)
    {
        await using var services = scene.Server.Services.CreateAsyncScope();
        var user = await scene.FindUserAsync(userName);
        var administration = services.ServiceProvider.GetRequiredService<AccountAdministration>();
        return administration.CreateLink(user!, scene.Server.Address.GetLeftPart(UriPartial.Authority)).Address;
    }

    public static async Task<User?> FindUserAsync(this Scene scene, string userName)
    {
        await using var services = scene.Server.Services.CreateAsyncScope();
        return await services.ServiceProvider.GetRequiredService<UserManager<User>>().FindByNameAsync(userName);
    }

    /// <summary>Signs in with a browser of its own.</summary>
    public static async Task<HttpBrowser> OpenAsync(this Scene scene, string userName, string password = Scene.Password)
    {
        var browser = scene.OpenBrowser();
        var page = await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), userName, password);
        Assert.That(page.Text, Does.Contain($"signed in as {userName}"), page.Text);
        return browser;
    }

    public static async Task<bool> IsSignedInAsync(this HttpBrowser browser)
        => (await browser.GoAsync("/")).Text.Contains("signed in as", StringComparison.Ordinal);

    /// <summary>Whether somebody can sign in with this name and password.</summary>
    public static async Task<bool> CanSignInAsync(this Scene scene, string userName, string password)
    {
        var browser = scene.OpenBrowser();
        await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), userName, password);
        return await browser.IsSignedInAsync();
    }

    public static Task<BrowserPage> ChooseAsync(this HttpBrowser browser, BrowserPage page, string password, string? again = null)
        => browser.SubmitAsync(page, [new("Password", password), new("Confirmation", again ?? password)]);

    /// <summary>Finds the address that a text holds.</summary>
    public static string FindLink(string? text) => Link().Match(text ?? "").Value;

    [GeneratedRegex("https?://[^\\s<]+token=[^\\s<]+")]
    private static partial Regex Link();
}
