using System.ComponentModel.DataAnnotations;
using Identity.Server.Accounts.Mail;
using Identity.Server.Accounts.Profile;
using Identity.Server.Accounts.Providers;
using Identity.Server.Pages;
using Identity.Server.Tokens.Connections;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Passwords;

/// <summary>Changes the password of who is signed in, or sets the first one of an account that has none.</summary>
[LocalAccountsOnly]
[RequireRecentSignIn]
internal sealed partial class ChangePasswordModel(
    AccountManager users,
    SignInManager<User> signIn,
    PasswordSignIn passwords,
    UserConnections connections,
    AccountNotices notices,
    IStringLocalizer<Texts> text,
    ILogger<ChangePasswordModel> logger) : NewPasswordPageModel
{
    internal const string Route = "/account/password";

    [BindProperty]
    [MaxLength(PasswordPolicyOptions.MaximumLength, ErrorMessage = "Password.TooLong")]
    public string? Current { get; set; }

    public bool HasPassword { get; private set; }

    public string UserName { get; private set; } = string.Empty;

    public async Task OnGetAsync()
    {
        ModelState.Clear();
        Describe(await FindUserAsync());
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var user = await FindUserAsync();
        Describe(user);
        if (HasPassword && string.IsNullOrEmpty(Current))
        {
            ModelState.AddModelError(nameof(Current), text["Change.Current.Missing"]);
        }

        if (!ModelState.IsValid)
        {
            return this.Refuse();
        }

        if (HasPassword)
        {
            // Counted and locked like a sign-in: whoever finds a browser open must not guess here instead.
            var (confirmed, isLockedOut) = await passwords.CheckAsync(UserName, Current!, cancellationToken);
            if (confirmed is null)
            {
                ModelState.AddModelError(nameof(Current), text[isLockedOut ? "Change.LockedOut" : "Change.Current.Wrong"]);
                return this.Refuse();
            }

            user = confirmed;
        }

        var result = await users.SetPasswordAsync(user, Password);
        if (!result.Succeeded)
        {
            return this.Refuse(result);
        }

        if (Disconnect)
        {
            await connections.EndAllAsync(user.Id, ConnectionEnding.PasswordChanged, cancellationToken);
        }

        LogChanged(logger, user.Id);
        await signIn.RefreshSignInAsync(user);
        await notices.TellAsync(user, AccountNotice.PasswordChanged, cancellationToken);
        return LocalRedirect($"~{AccountModel.Route}?done={AccountModel.PasswordChanged}");
    }

    // The filter has seen to it that somebody is signed in.
    private async Task<User> FindUserAsync() => (await Session.FindAsync(HttpContext))!.User;

    private void Describe(User user) => (HasPassword, UserName) = (user.PasswordHash is not null, user.UserName!);

    [LoggerMessage(EventId = 4061, Level = LogLevel.Information, Message = "The password of account {UserId} was changed by its user.")]
    private static partial void LogChanged(ILogger logger, string userId);
}
