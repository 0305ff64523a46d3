using Identity.Server.Accounts.Mail;
using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>Sets up the authenticator application of an account, and takes it away.</summary>
[RequireRecentSignIn]
internal sealed class AuthenticatorModel(
    SecondFactor secondFactor,
    AuthenticatorKeys keys,
    UserManager<User> users,
    SignInManager<User> signIn,
    AccountNotices notices,
    TimeProvider time,
    IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account/authenticator";

    /// <summary>Whether a code is asked for with each sign-in.</summary>
    public bool IsEnabled { get; private set; }

    /// <summary>How many recovery codes are left.</summary>
    public int CodesLeft { get; private set; }

    /// <summary>The key to set up, in groups for a person to type; null where none is.</summary>
    public string? Key { get; private set; }

    /// <summary>The same for the form to carry.</summary>
    public string? Offer { get; private set; }

    /// <summary>The same for the application to read.</summary>
    public QrCode? Picture { get; private set; }

    /// <summary>The recovery codes, just after they were made.</summary>
    public IReadOnlyList<string> Codes { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(bool again)
    {
        var user = await ReadAsync();
        if (!IsEnabled || again)
        {
            Show(user, users.GenerateNewAuthenticatorKey());
        }

        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? decision, string? offer, string? code, CancellationToken cancellationToken)
    {
        var user = await ReadAsync();
        if (decision is "disable")
        {
            await secondFactor.DisableAsync(user);
            await signIn.RefreshSignInAsync(user);
            await notices.TellAsync(user, AccountNotice.SecondFactorChanged, cancellationToken);
            return LocalRedirect("~" + Route);
        }

        if (keys.ReadOffer(user, offer) is not { } key)
        {
            return LocalRedirect("~" + Route);
        }

        if (Totp.FindStep(key, code ?? string.Empty, time.GetUtcNow(), after: 0) is not { } step)
        {
            Show(user, key);
            ModelState.AddModelError(string.Empty, text["Authenticator.Wrong"]);
            return this.Refuse();
        }

        if (await secondFactor.EnableAsync(user, key, step) is not { } codes)
        {
            return LocalRedirect("~" + Route);
        }

        await signIn.RefreshSignInAsync(user);
        await notices.TellAsync(user, AccountNotice.SecondFactorChanged, cancellationToken);
        (IsEnabled, Codes) = (true, codes);
        return Page();
    }

    private async Task<User> ReadAsync()
    {
        var user = (await Session.FindAsync(HttpContext))!.User;
        (IsEnabled, CodesLeft) = (user.TwoFactorEnabled, await users.CountRecoveryCodesAsync(user));
        return user;
    }

    private void Show(User user, string key)
    {
        var issuer = Request.Host.Value;
        var name = Uri.EscapeDataString($"{issuer}:{user.UserName}");
        var parameters = new QueryBuilder { { "secret", key }, { "issuer", issuer ?? string.Empty } };
        (Key, Offer) = (string.Join(' ', key.Chunk(4).Select(group => new string(group))), keys.Offer(user, key));
        Picture = QrCode.Of($"otpauth://totp/{name}{parameters}");
    }
}
