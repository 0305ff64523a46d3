using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.Invitations;

/// <summary>What somebody can do who holds an invitation: take the account, in whichever way they will sign in with from then on.</summary>
internal sealed partial class Invitation(
    AccountLinks links, AccountManager users, SignInTurns turns, GivenAnswers answers, ILogger<Invitation> logger)
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

    /// <summary>Takes the account with a password. Whoever sends the same twice, having clicked twice, has taken it both times.</summary>
    /// <param name="token">The token of the link.</param>
    /// <param name="password">The password.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The account, null where the link does not work; and whether it was taken, or what is wrong with the password.</returns>
    public async Task<(User? User, IdentityResult Result)> AcceptAsync(string token, string password, CancellationToken cancellationToken)
    {
        // The second click after the first, and after what that has changed is on disk.
        using var turn = await turns.WaitAsync(token, cancellationToken);
        var question = GivenAnswers.NameOf(InvitationModel.Route, token, password);
        if (answers.Find(question) is { } taken)
        {
            return (await users.FindByIdAsync(taken), IdentityResult.Success);
        }

        if (await FindUserAsync(token) is not { } user)
        {
            return (null, IdentityResult.Success);
        }

        var result = await users.SetPasswordAsync(user, password);
        if (result.Succeeded)
        {
            if (UnitOfWork.Current is { } unit)
            {
                await unit.CommitAsync(cancellationToken);
            }

            answers.Add(question, user.Id);
            LogAccepted(logger, user.Id);
        }

        return (user, result);
    }

    [LoggerMessage(EventId = 4041, Level = LogLevel.Information, Message = "The invitation to account {UserId} was accepted.")]
    private static partial void LogAccepted(ILogger logger, string userId);
}
