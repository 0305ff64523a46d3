using System.Buffers.Text;
using Identity.Server.Accounts.Mail;
using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Passkeys;

/// <summary>The passkeys of an account: adds, names and removes them.</summary>
[RequireRecentSignIn]
internal sealed class PasskeysModel(
    PasskeyCeremony passkeys, UserManager<User> users, AccountNotices notices, IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account/passkeys";

    /// <summary>How long a name may be.</summary>
    public const int MaximumLength = 64;

    /// <summary>The passkeys, in the order in which they were added.</summary>
    public IReadOnlyList<UserPasskeyInfo> Entries { get; private set; } = [];

    /// <summary>Whether passkeys work at this address.</summary>
    public bool IsPossible => PasskeyHost.IsSuitable(HttpContext);

    /// <summary>What is asked of the browser.</summary>
    public string Options { get; private set; } = string.Empty;

    public async Task OnGetAsync() => await ShowAsync(await FindUserAsync());

    public async Task<IActionResult> OnPostAsync(string? decision, string? id, string? name, string? credential, CancellationToken cancellationToken)
    {
        var user = await FindUserAsync();
        return decision switch
        {
            "rename" => await RenameAsync(user, id, name),
            "remove" => await RemoveAsync(user, id, cancellationToken),
            _ => await AddAsync(user, name, credential, cancellationToken),
        };
    }

    // The filter has seen to it that somebody is signed in.
    private async Task<User> FindUserAsync() => (await Session.FindAsync(HttpContext))!.User;

    private async Task<IActionResult> AddAsync(User user, string? name, string? credential, CancellationToken cancellationToken)
    {
        if (!IsName(name))
        {
            return await RefuseAsync(user, "Passkeys.WrongName");
        }

        var outcome = IsPossible && !string.IsNullOrEmpty(credential)
            ? await passkeys.AddAsync(user, name!.Trim(), credential)
            : PasskeyOutcome.TooLate;
        if (outcome is not PasskeyOutcome.Succeeded)
        {
            return await RefuseAsync(user, outcome is PasskeyOutcome.TooLate ? "Passkeys.TooLate" : "Passkeys.Refused");
        }

        await notices.TellAsync(user, AccountNotice.PasskeyChanged, cancellationToken);
        return LocalRedirect("~" + Route);
    }

    private async Task<IActionResult> RenameAsync(User user, string? id, string? name)
    {
        if (!IsName(name))
        {
            return await RefuseAsync(user, "Passkeys.WrongName");
        }

        if (await FindAsync(user, id) is { } passkey)
        {
            passkey.Name = name!.Trim();
            await users.AddOrUpdatePasskeyAsync(user, passkey);
        }

        return LocalRedirect("~" + Route);
    }

    private async Task<IActionResult> RemoveAsync(User user, string? id, CancellationToken cancellationToken)
    {
        if (await FindAsync(user, id) is { } passkey)
        {
            if (!await users.HasPasswordAsync(user) && user.Passkeys.Length is 1 && (await users.GetLoginsAsync(user)).Count is 0)
            {
                return await RefuseAsync(user, "Passkeys.Last");
            }

            await users.RemovePasskeyAsync(user, passkey.CredentialId);
            await notices.TellAsync(user, AccountNotice.PasskeyChanged, cancellationToken);
        }

        return LocalRedirect("~" + Route);
    }

    private async Task<UserPasskeyInfo?> FindAsync(User user, string? id)
        => Base64Url.IsValid(id) ? await users.GetPasskeyAsync(user, Base64Url.DecodeFromChars(id)) : null;

    private static bool IsName(string? name) => !string.IsNullOrWhiteSpace(name) && name.Length <= MaximumLength && !name.Any(char.IsControl);

    private async Task<PageResult> RefuseAsync(User user, string problem)
    {
        ModelState.AddModelError(string.Empty, text[problem]);
        await ShowAsync((await users.FindByIdAsync(user.Id))!);
        return this.Refuse();
    }

    private async Task ShowAsync(User user)
    {
        Entries = [.. await users.GetPasskeysAsync(user)];
        if (IsPossible)
        {
            Options = await passkeys.AskForNewAsync(user);
            HttpContext.AllowOwnScript();
        }
    }
}
