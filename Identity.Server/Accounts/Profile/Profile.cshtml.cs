using System.ComponentModel.DataAnnotations;
using Identity.Server.Accounts.Mail;
using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Profile;

/// <summary>What a person is called, and where mail reaches them.</summary>
[RequireRecentSignIn]
internal sealed class ProfileModel(
    UserManager<User> users, SignInManager<User> signIn, EmailChange emails, AccountNotices notices, IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account/profile";

    [BindProperty]
    [MaxLength(100, ErrorMessage = "Profile.DisplayName.TooLong")]
    public string? DisplayName { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "Profile.UserName.Missing")]
    [MaxLength(64, ErrorMessage = "Profile.UserName.TooLong")]
    public string UserName { get; set; } = string.Empty;

    [BindProperty]
    [EmailAddress(ErrorMessage = "Email.Wrong")]
    [MaxLength(254, ErrorMessage = "Email.Wrong")]
    public string? Email { get; set; }

    /// <summary>The account as it is.</summary>
    public User Account { get; private set; } = null!;

    public bool IsConfirmedByMail => emails.IsConfirmedByMail;

    public async Task OnGetAsync()
    {
        ModelState.Clear();
        Account = await FindAsync();
        (DisplayName, UserName, Email) = (Account.DisplayName, Account.UserName!, Account.Email);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        Account = await FindAsync();
        if (!ModelState.IsValid)
        {
            return this.Refuse();
        }

        // Another copy: where something is refused, the page shows what is.
        var user = await FindAsync();
        var formerEmail = user.EmailConfirmed ? user.Email : null;
        var email = string.IsNullOrWhiteSpace(Email) ? null : Email.Trim();
        var isOther = !string.Equals(email, user.Email, StringComparison.Ordinal);
        var mustConfirm = isOther && email is not null && emails.IsConfirmedByMail;
        user.DisplayName = string.IsNullOrWhiteSpace(DisplayName) ? null : DisplayName.Trim();
        user.UserName = UserName;
        if (isOther && !mustConfirm)
        {
            (user.Email, user.EmailConfirmed) = (email, false);
        }

        var result = await users.UpdateAsync(user);
        if (!result.Succeeded)
        {
            return this.Refuse(result);
        }

        if (isOther && !mustConfirm)
        {
            await notices.TellAsync(user, formerEmail, AccountNotice.EmailChanged, cancellationToken);
        }

        // The cookie names the person, too.
        await signIn.RefreshSignInAsync(user);
        if (mustConfirm && !emails.TryAdmit(HttpContext, user))
        {
            ModelState.AddModelError(nameof(Email), text["Email.TooOften.Saved"]);
            return this.Refuse();
        }

        if (mustConfirm)
        {
            await emails.AskAsync(HttpContext, user, email!);
        }

        return Done(mustConfirm);
    }

    public async Task<IActionResult> OnPostConfirmAsync()
    {
        ModelState.Clear();
        Account = await FindAsync();
        (DisplayName, UserName, Email) = (Account.DisplayName, Account.UserName!, Account.Email);
        if (Account is not { Email: { Length: > 0 } email, EmailConfirmed: false } || !emails.IsConfirmedByMail)
        {
            return Done(mustConfirm: false);
        }

        if (!emails.TryAdmit(HttpContext, Account))
        {
            ModelState.AddModelError(nameof(Email), text["Email.TooOften"]);
            return this.Refuse();
        }

        await emails.AskAsync(HttpContext, Account, email);
        return Done(mustConfirm: true);
    }

    // The filter has seen to it that somebody is signed in.
    private async Task<User> FindAsync() => (await Session.FindAsync(HttpContext))!.User;

    private LocalRedirectResult Done(bool mustConfirm)
        => LocalRedirect($"~{AccountModel.Route}?done={(mustConfirm ? AccountModel.ConfirmationSent : AccountModel.ProfileChanged)}");
}
