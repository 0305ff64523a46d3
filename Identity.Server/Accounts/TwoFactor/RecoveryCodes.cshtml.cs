using Identity.Server.Accounts.Mail;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>Makes recovery codes in place of those that are used, or seen by others, and shows them this once.</summary>
[RequireRecentSignIn]
internal sealed class RecoveryCodesModel(SecondFactor secondFactor, UserManager<User> users, AccountNotices notices) : PageModel
{
    internal const string Route = "/account/recovery-codes";

    /// <summary>How many codes are left.</summary>
    public int CodesLeft { get; private set; }

    /// <summary>The codes, just after they were made.</summary>
    public IReadOnlyList<string> Codes { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync() => await ReadAsync() is null ? LocalRedirect("~" + AuthenticatorModel.Route) : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync() is not { } user)
        {
            return LocalRedirect("~" + AuthenticatorModel.Route);
        }

        if (await secondFactor.ReplaceRecoveryCodesAsync(user) is not { } codes)
        {
            return LocalRedirect("~" + Route);
        }

        await notices.TellAsync(user, AccountNotice.SecondFactorChanged, cancellationToken);
        Codes = codes;
        return Page();
    }

    /// <summary>Reads the account; null where it has no second factor for codes to stand in for.</summary>
    private async Task<User?> ReadAsync()
    {
        if (await Session.FindAsync(HttpContext) is not { User: { TwoFactorEnabled: true } user })
        {
            return null;
        }

        CodesLeft = await users.CountRecoveryCodesAsync(user);
        return user;
    }
}
