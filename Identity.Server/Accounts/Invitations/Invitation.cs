using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.Invitations;

/// <summary>What somebody can do who holds an invitation: take the account, in whichever way they will sign in with from then on.</summary>
internal sealed partial class Invitation(AccountLinks links, UserManager<User> users, ILogger<Invitation> logger)
{
    /// <summary>Whether an account waits for somebody to take it: there is no way yet to sign in to it.</summary>
    /// <param name="user">The account.</param>
    /// <returns>False where somebody has.</returns>
    public static bool IsOpenFor(User user) => user is { PasswordHash: null, Logins: [], Passkeys: [] };

    /// <summary>Finds the account of an invitation.</summary>
    /// <param name="token">The token of its link.</param>
    /// <returns>The account; null where the token is wrong, expired or used up.</returns>
    public async Task<User?> FindUserAsync(string? token) => (await links.FindAsync(AccountLinkKind.Invitation, token))?.User;

    /// <summary>Takes the account, after which the link does not work any more.</summary>
    /// <param name="user">The account, as <see cref="FindUserAsync"/> found it, with any way to sign in added to it that the person chose.</param>
    /// <returns>Whether it was taken: of several who try at once, one is.</returns>
    public async Task<IdentityResult> AcceptAsync(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var result = await users.UpdateSecurityStampAsync(user);
        if (result.Succeeded)
        {
            LogAccepted(logger, user.Id);
        }

        return result;
    }

    /// <summary>Takes the account with a password.</summary>
    /// <param name="user">The account, as <see cref="FindUserAsync"/> found it.</param>
    /// <param name="password">The password.</param>
    /// <returns>Whether it was taken, or what is wrong with the password.</returns>
    public async Task<IdentityResult> AcceptAsync(User user, string password)
    {
        var result = await ((AccountManager)users).SetPasswordAsync(user, password);
        if (result.Succeeded)
        {
            LogAccepted(logger, user.Id);
        }

        return result;
    }

    [LoggerMessage(EventId = 4041, Level = LogLevel.Information, Message = "The invitation to account {UserId} was accepted.")]
    private static partial void LogAccepted(ILogger logger, string userId);
}
