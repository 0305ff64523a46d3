using Identity.Server.Accounts.Invitations;
using Identity.Server.Accounts.Mail;
using Identity.Server.Hosting;
using Identity.Server.Hosting.RateLimits;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.Profile;

/// <summary>Gives an account another e-mail address, which counts as the person's when they have opened a link that was sent to it.</summary>
internal sealed partial class EmailChange(
    UserManager<User> users,
    AccountLinks links,
    MailQueue queue,
    MailPace pace,
    RateLimiters rates,
    IEmailSender<User> mail,
    AccountNotices notices,
    ServerAddress address,
    ILogger<EmailChange> logger)
{
    /// <summary>Whether addresses can be confirmed: without a mail server they are kept as they are entered, and not relied on.</summary>
    public bool IsConfirmedByMail => queue.IsOpen;

    /// <summary>Whether a letter may be sent now; strangers would get them otherwise, as many as somebody likes.</summary>
    /// <param name="context">The request.</param>
    /// <param name="user">The account.</param>
    /// <returns>False where it has to wait.</returns>
    public bool TryAdmit(HttpContext context, User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return rates.Mail.TryAdmit(context, out _) && pace.TryTake(user.Id, AccountLinkKind.EmailConfirmation);
    }

    /// <summary>Sends the link.</summary>
    /// <param name="context">The request.</param>
    /// <param name="user">The account, as it will be when the link is opened.</param>
    /// <param name="email">The address.</param>
    /// <returns>A task that completes when the letter waits to be sent.</returns>
    public Task AskAsync(HttpContext context, User user, string email)
        => mail.SendConfirmationLinkAsync(user, email, links.Create(AccountLinkKind.EmailConfirmation, user, address.Find(context), email));

    /// <summary>Makes the address the account's, on the word of who has opened the link.</summary>
    /// <param name="user">The account.</param>
    /// <param name="email">The address.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>Whether it is the account's now.</returns>
    public async Task<IdentityResult> ConfirmAsync(User user, string email, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        var former = user.EmailConfirmed && !string.Equals(user.Email, email, StringComparison.OrdinalIgnoreCase) ? user.Email : null;
        (user.Email, user.EmailConfirmed) = (email, true);
        var result = await users.UpdateAsync(user);
        if (result.Succeeded)
        {
            LogConfirmed(logger, user.Id);
            await notices.TellAsync(user, former, AccountNotice.EmailChanged, cancellationToken);
        }

        return result;
    }

    [LoggerMessage(EventId = 4032, Level = LogLevel.Information, Message = "The e-mail address of account {UserId} was confirmed.")]
    private static partial void LogConfirmed(ILogger logger, string userId);
}
