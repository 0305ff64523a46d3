using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Mail;

/// <summary>What ASP.NET Core Identity writes to people: the links with which they show that an address is theirs.</summary>
internal sealed class AccountMail(MailQueue queue, IStringLocalizer<Texts> text) : IEmailSender<User>
{
    /// <inheritdoc/>
    public Task SendConfirmationLinkAsync(User user, string email, string confirmationLink)
        => SendAsync(user, email, text["Confirmation.Subject"], text["Confirmation.Body", user.UserName!, confirmationLink]);

    /// <inheritdoc/>
    public Task SendPasswordResetLinkAsync(User user, string email, string resetLink)
        => SendAsync(user, email, text["Reset.Subject"], text["Reset.Body", user.UserName!, resetLink]);

    /// <inheritdoc/>
    public Task SendPasswordResetCodeAsync(User user, string email, string resetCode)
        => SendAsync(user, email, text["Reset.Subject"], text["Reset.Code", user.UserName!, resetCode]);

    private Task SendAsync(User user, string email, string subject, string body)
    {
        ArgumentNullException.ThrowIfNull(user);
        queue.Add(new Letter(email, subject, body));
        return Task.CompletedTask;
    }
}
