using System.Buffers.Text;
using Identity.Server.Accounts.Mail;
using Identity.Server.Accounts.Providers;
using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Passkeys;

/// <summary>The passkeys of an account: adds, names and removes them.</summary>
[LocalAccountsOnly]
[RequireRecentSignIn]
internal sealed class PasskeysModel(
    PasskeyCeremony passkeys,
    UserManager<User> users,
    SignInManager<User> signIn,
    AdmissionPolicy admission,
    AccountNotices notices,
    IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account/passkeys";

    /// <summary>How many an account may have: all of them are part of it and written with it.</summary>
    public const int MaximumCount = 20;

    /// <summary>How long a name may be.</summary>
    public const int MaximumLength = 64;

    /// <summary>The passkeys, in the order in which they were added.</summary>
    public IReadOnlyList<UserPasskeyInfo> Entries { get; private set; } = [];

    /// <summary>What the browser answered. Not an argument of the handler: those are logged, if only at the lowest level.</summary>
    [BindProperty(Name = "credential")]
    public string? Credential { get; set; }

    /// <summary>Whether there is room for another one.</summary>
    public bool HasRoom => Entries.Count < MaximumCount;

    /// <summary>Whether passkeys work at this address.</summary>
    public bool IsPossible => PasskeyHost.IsSuitable(HttpContext);

    /// <summary>What is asked of the browser.</summary>
    public string Options { get; private set; } = string.Empty;

    public async Task OnGetAsync() => await ShowAsync(await FindUserAsync());

    public async Task<IActionResult> OnPostAsync(string? decision, string? id, string? name, CancellationToken cancellationToken)
    {
        var user = await FindUserAsync();
        return decision switch
        {
            "rename" => await RenameAsync(user, id, name),
            "remove" => await RemoveAsync(user, id, cancellationToken),
            _ => await AddAsync(user, name, cancellationToken),
        };
    }

    // The filter has seen to it that somebody is signed in.
    private async Task<User> FindUserAsync() => (await Session.FindAsync(HttpContext))!.User;

    private async Task<IActionResult> AddAsync(User user, string? name, CancellationToken cancellationToken)
    {
        if (!IsName(name))
        {
            return await RefuseAsync(user, "Passkeys.WrongName");
        }

        if (user.Passkeys.Length >= MaximumCount)
        {
            // The page says so.
            return LocalRedirect("~" + Route);
        }

        var outcome = IsPossible && !string.IsNullOrEmpty(Credential)
            ? await passkeys.AddAsync(user, name!.Trim(), Credential)
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
            if (!admission.CanEnter(user, user.Logins, user.Passkeys.Length - 1))
            {
                return await RefuseAsync(user, "Passkeys.Last");
            }

            // Whoever has the device may be signed in with it.
            await users.RemovePasskeyAsync(user, passkey.CredentialId);
            if (!(await users.UpdateSecurityStampAsync(user)).Succeeded)
            {
                return LocalRedirect("~" + Route);
            }

            await signIn.RefreshSignInAsync(user);
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
        if (IsPossible && HasRoom)
        {
            Options = await passkeys.AskForNewAsync(user);
            HttpContext.AllowOwnScript();
        }
    }
}
