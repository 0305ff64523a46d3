using Identity.Server.Accounts.Invitations;
using Identity.Server.Accounts.Mail;
using Identity.Server.Accounts.Providers;
using Identity.Server.Pages;
using Identity.Server.Tokens.Connections;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts.Passwords;

/// <summary>Lets whoever holds the link choose a new password. Signing in with it comes afterwards, with whatever else that asks for.</summary>
[LocalAccountsOnly]
internal sealed partial class ResetPasswordModel(
    AccountManager users,
    AccountLinks links,
    UserConnections connections,
    AccountNotices notices,
    ILogger<ResetPasswordModel> logger) : NewPasswordPageModel
{
    internal const string Route = "/account/reset-password";

    private const string Done = "done";

    [BindProperty(SupportsGet = true, Name = "token")]
    public string? Token { get; set; }

    public bool IsDone { get; private set; }

    /// <summary>Whose password is chosen; null where the link does not work.</summary>
    public string? UserName { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        ModelState.Clear();
        IsDone = Request.Query.ContainsKey(Done);
        UserName = (await links.FindAsync(AccountLinkKind.PasswordReset, Token))?.User.UserName;
        return IsDone || UserName is not null ? Page() : Dead();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (await links.FindAsync(AccountLinkKind.PasswordReset, Token) is not var (user, _))
        {
            return Dead();
        }

        UserName = user.UserName;
        if (!ModelState.IsValid)
        {
            return this.Refuse();
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

        LogReset(logger, user.Id);
        await notices.TellAsync(user, AccountNotice.PasswordChanged, cancellationToken);
        return LocalRedirect($"~{Route}?{Done}");
    }

    private PageResult Dead()
    {
        UserName = null;
        return this.Show(StatusCodes.Status404NotFound);
    }

    [LoggerMessage(EventId = 4062, Level = LogLevel.Information, Message = "The password of account {UserId} was reset with a link.")]
    private static partial void LogReset(ILogger logger, string userId);
}
