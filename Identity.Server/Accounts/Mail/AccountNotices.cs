using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Mail;

/// <summary>
/// Tells people by mail that their account has changed, in case it was not they who changed it. Only addresses that are known to be theirs
/// are written to; without a mail server nothing is.
/// </summary>
internal sealed class AccountNotices(MailQueue queue, IStringLocalizer<Texts> text, IHttpContextAccessor accessor, ServerAddress address)
{
    /// <summary>Writes to the account's address.</summary>
    /// <param name="user">The account.</param>
    /// <param name="notice">What has changed.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>A task that completes when the change is on disk, and the letter waits to be sent.</returns>
    public Task TellAsync(User user, AccountNotice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return TellAsync(user, user.EmailConfirmed ? user.Email : null, notice, cancellationToken);
    }

    /// <summary>Writes to an address that was the account's before the change.</summary>
    /// <param name="user">The account.</param>
    /// <param name="email">The address; null: there is nobody to write to.</param>
    /// <param name="notice">What has changed.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>A task that completes when the change is on disk, and the letter waits to be sent.</returns>
    public async Task TellAsync(User user, string? email, AccountNotice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (!queue.IsOpen || email is not { Length: > 0 })
        {
            return;
        }

        if (UnitOfWork.Current is { } unit)
        {
            // What the letter tells must have happened.
            await unit.CommitAsync(cancellationToken);
        }

        var server = address.Find(accessor.HttpContext);
        queue.Add(new Letter(email, text["Notice.Subject"], text["Notice.Body", user.UserName!, new Uri(server).Authority, Describe(notice), $"{server}/account"]));
    }

    private string Describe(AccountNotice notice) => notice switch
    {
        AccountNotice.PasswordChanged => text["Notice.PasswordChanged"],
        AccountNotice.EmailChanged => text["Notice.EmailChanged"],
        AccountNotice.SecondFactorChanged => text["Notice.SecondFactorChanged"],
        AccountNotice.PasskeyChanged => text["Notice.PasskeyChanged"],
        AccountNotice.ProviderChanged => text["Notice.ProviderChanged"],
        _ => throw new ArgumentOutOfRangeException(nameof(notice)),
    };
}

/// <summary>What people are told of.</summary>
internal enum AccountNotice
{
    /// <summary>The password was changed, set or reset.</summary>
    PasswordChanged,

    /// <summary>The e-mail address was changed; the former one is told.</summary>
    EmailChanged,

    /// <summary>A second factor was added or removed, or its recovery codes were made anew.</summary>
    SecondFactorChanged,

    /// <summary>A passkey was added or removed.</summary>
    PasskeyChanged,

    /// <summary>An identity at another provider was linked or taken away.</summary>
    ProviderChanged,
}
