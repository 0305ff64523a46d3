using Identity.Server.Accounts;
using Identity.Server.Accounts.Invitations;
using Identity.Server.Accounts.Profile;
using Identity.Server.Accounts.TwoFactor;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Administration.Accounts;

/// <summary>What an administrator does with accounts, from the pages or by command.</summary>
internal sealed partial class AccountAdministration(
    UserManager<User> users,
    AccountLinks links,
    AccountRemoval removal,
    SecondFactor secondFactor,
    LastAdministrator lastAdministrator,
    TimeProvider time,
    ILogger<AccountAdministration> logger)
{
    /// <summary>Makes an account without a password, for somebody to take with the link of <see cref="CreateLink"/>.</summary>
    /// <param name="user">The account, which is completed.</param>
    /// <returns>Whether it was made, or why not.</returns>
    public async Task<IdentityResult> InviteAsync(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        user.CreationDate = time.GetUtcNow();
        var result = await users.CreateAsync(user);
        Note(result, user, "invited");
        return result;
    }

    /// <summary>Makes the link with which somebody gets into their account: an invitation where nobody has taken it yet, else one for a new password.</summary>
    /// <param name="user">The account.</param>
    /// <param name="server">The address of the server.</param>
    /// <returns>The link, and until when it works.</returns>
    public (string Address, DateTimeOffset ExpirationDate) CreateLink(User user, string server)
    {
        ArgumentNullException.ThrowIfNull(user);
        var kind = Invitation.IsOpenFor(user) ? AccountLinkKind.Invitation : AccountLinkKind.PasswordReset;
        Note(IdentityResult.Success, user, "given a link");
        return (links.Create(kind, user, server), time.GetUtcNow() + kind.Lifetime);
    }

    /// <summary>Shuts an account out, with its sessions, links and connections, or lets it in again.</summary>
    /// <param name="user">The account.</param>
    /// <param name="isDisabled">Whether it is shut out.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether it was done, or why not.</returns>
    public async Task<IdentityResult> SetDisabledAsync(User user, bool isDisabled, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        var result = isDisabled
            ? await lastAdministrator.GuardAsync(
                user,
                _ =>
                {
                    user.IsDisabled = true;
                    // What was open before stays closed when the account is let in again.
                    return users.UpdateSecurityStampAsync(user);
                },
                cancellationToken)
            : await UpdateAsync(user, changed => changed.IsDisabled = false);
        Note(result, user, isDisabled ? "disabled" : "enabled");
        return result;
    }

    /// <summary>Makes somebody an administrator, or no longer one.</summary>
    /// <param name="user">The account.</param>
    /// <param name="isAdministrator">Whether it is one.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether it was done, or why not.</returns>
    public async Task<IdentityResult> SetAdministratorAsync(User user, bool isAdministrator, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        var result = isAdministrator
            ? await UpdateAsync(user, changed => changed.IsAdministrator = true)
            : await lastAdministrator.GuardAsync(user, _ => UpdateAsync(user, changed => changed.IsAdministrator = false), cancellationToken);
        Note(result, user, isAdministrator ? "made an administrator" : "made an ordinary user");
        return result;
    }

    /// <summary>Lets an account in again that wrong passwords have locked.</summary>
    /// <param name="user">The account.</param>
    /// <returns>Whether it was done, or why not.</returns>
    public async Task<IdentityResult> UnlockAsync(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var result = await UpdateAsync(user, changed => (changed.LockoutEnd, changed.AccessFailedCount) = (null, 0));
        Note(result, user, "unlocked");
        return result;
    }

    /// <summary>Lets somebody sign in without the second step, who has lost the authenticator and the recovery codes.</summary>
    /// <param name="user">The account.</param>
    /// <returns>Whether it was done, or why not.</returns>
    public async Task<IdentityResult> RemoveSecondStepAsync(User user)
    {
        var result = await secondFactor.DisableAsync(user);
        Note(result, user, "relieved of its second step");
        return result;
    }

    /// <summary>Removes an account with everything that is kept about the person.</summary>
    /// <param name="user">The account.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether it was done, or why not.</returns>
    public Task<IdentityResult> RemoveAsync(User user, CancellationToken cancellationToken) => removal.RemoveAsync(user, cancellationToken);

    private Task<IdentityResult> UpdateAsync(User user, Action<User> change)
    {
        change(user);
        return users.UpdateAsync(user);
    }

    private void Note(IdentityResult result, User user, string deed)
    {
        if (result.Succeeded)
        {
            LogDone(logger, user.Id, deed);
        }
    }

    [LoggerMessage(EventId = 4051, Level = LogLevel.Information, Message = "Account {UserId} was {Deed} by an administrator.")]
    private static partial void LogDone(ILogger logger, string userId, string deed);
}
