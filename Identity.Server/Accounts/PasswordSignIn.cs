using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts;

/// <summary>
/// Checks a user name and a password. What it answers, and as far as sensible how long it takes, does not depend on
/// whether there is such an account.
/// </summary>
internal sealed partial class PasswordSignIn(
    UserManager<User> users,
    SignInManager<User> signIn,
    IPasswordHasher<User> hasher,
    UnknownNames unknownNames,
    SignInTurns turns,
    ILogger<PasswordSignIn> logger)
{
    private static readonly User NoOne = new();
    private static string? _hashOfNothing;

    /// <summary>Checks a name and a password and counts what was wrong.</summary>
    /// <returns>The account, or null and whether further attempts are refused for a while.</returns>
    public async Task<(User? User, bool IsLockedOut)> CheckAsync(string userName, string password, CancellationToken cancellationToken)
    {
        var name = users.NormalizeName(userName);

        // One attempt after another for each name, each on disk before the next: parallel ones would all see the same
        // count, and a guesser would have as many attempts as connections.
        using var turn = await turns.WaitAsync(name, cancellationToken);

        var user = await users.FindByNameAsync(userName);
        if (user is null || !await signIn.CanSignInAsync(user))
        {
            // The sign-in below would say so at once, and count nothing.
            return (null, CheckNoOne(name, password));
        }

        if (user.PasswordHash is null && !await users.IsLockedOutAsync(user))
        {
            // Nothing fits, and ASP.NET Core Identity would find that out in no time.
            CompareWithNothing(password);
        }

        var result = await signIn.CheckPasswordSignInAsync(user, password, lockoutOnFailure: true);
        if (UnitOfWork.Current is { } unit)
        {
            await unit.CommitAsync(cancellationToken);
        }

        if (result.Succeeded)
        {
            Log.SignedIn(logger, user.Id);
            return (user, false);
        }

        Log.SignInFailed(logger, user.Id, result.IsLockedOut);
        return (null, result.IsLockedOut);
    }

    private bool CheckNoOne(string name, string password)
    {
        if (unknownNames.IsLockedOut(name))
        {
            return true;
        }

        CompareWithNothing(password);
        return unknownNames.AccessFailed(name);
    }

    private void CompareWithNothing(string password)
    {
        _hashOfNothing ??= hasher.HashPassword(NoOne, Guid.NewGuid().ToString());
        hasher.VerifyHashedPassword(NoOne, _hashOfNothing, password);
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Information, "Account {UserId} signed in with its password")]
        public static partial void SignedIn(ILogger logger, string userId);

        [LoggerMessage(4002, LogLevel.Warning, "A wrong password for account {UserId}; locked for a while: {IsLockedOut}")]
        public static partial void SignInFailed(ILogger logger, string userId, bool isLockedOut);
    }
}
