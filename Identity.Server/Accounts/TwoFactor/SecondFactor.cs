using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>Switches the second factor of an account on and off, and checks it: what is wrong counts as a wrong password does.</summary>
internal sealed partial class SecondFactor(UserManager<User> users, AuthenticatorKeys keys, SignInTurns turns, ILogger<SecondFactor> logger)
{
    /// <summary>How many recovery codes an account is given.</summary>
    public const int RecoveryCodeCount = 10;

    /// <summary>Checks a code of the authenticator application.</summary>
    /// <returns>Whether it is right, and whether further attempts are refused for a while.</returns>
    public Task<(bool Succeeded, bool IsLockedOut)> CheckCodeAsync(User user, string code, CancellationToken cancellationToken)
        => CheckAsync(user, current => users.VerifyTwoFactorTokenAsync(current, users.Options.Tokens.AuthenticatorTokenProvider, code), cancellationToken);

    /// <summary>Checks a recovery code, which is used up by that.</summary>
    /// <returns>Whether it is right, and whether further attempts are refused for a while.</returns>
    public Task<(bool Succeeded, bool IsLockedOut)> CheckRecoveryCodeAsync(User user, string code, CancellationToken cancellationToken)
        => CheckAsync(user, async current => (await users.RedeemTwoFactorRecoveryCodeAsync(current, Normalize(code))).Succeeded, cancellationToken);

    /// <summary>Asks for a code with each sign-in from now on. All other sessions of the account end.</summary>
    /// <param name="user">The account.</param>
    /// <param name="key">The key of the authenticator.</param>
    /// <param name="step">The time step of the code by which the person showed to have the key.</param>
    /// <returns>The recovery codes, or null where the account was changed meanwhile.</returns>
    public async Task<IReadOnlyList<string>?> EnableAsync(User user, string key, long step)
    {
        ArgumentNullException.ThrowIfNull(user);
        (user.AuthenticatorKey, user.AuthenticatorStep, user.TwoFactorEnabled) = (keys.Protect(user, key), step, true);
        if (!(await users.UpdateSecurityStampAsync(user)).Succeeded)
        {
            return null;
        }

        Log.Enabled(logger, user.Id);
        return await ReplaceRecoveryCodesAsync(user);
    }

    /// <summary>Asks for no code any more, and forgets the authenticator. All other sessions of the account end.</summary>
    /// <param name="user">The account.</param>
    /// <returns>Whether it was done, or why not.</returns>
    public async Task<IdentityResult> DisableAsync(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        (user.AuthenticatorKey, user.AuthenticatorStep, user.TwoFactorEnabled, user.RecoveryCodes) = (null, 0, false, null);
        var result = await users.UpdateSecurityStampAsync(user);
        if (result.Succeeded)
        {
            Log.Disabled(logger, user.Id);
        }

        return result;
    }

    /// <summary>Makes new recovery codes; the old ones do not work any more.</summary>
    /// <returns>The codes, or null where the account was changed meanwhile.</returns>
    public async Task<IReadOnlyList<string>?> ReplaceRecoveryCodesAsync(User user)
        => await users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodeCount) is { } codes ? [.. codes] : null;

    private async Task<(bool Succeeded, bool IsLockedOut)> CheckAsync(User user, Func<User, Task<bool>> checkAsync, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);

        // With the passwords in one line, and the account as it is when the turn has come.
        using var turn = await turns.WaitAsync(user.NormalizedUserName ?? user.Id, cancellationToken);
        if (await users.FindByIdAsync(user.Id) is not { IsDisabled: false } current)
        {
            return (false, false);
        }

        if (await users.IsLockedOutAsync(current))
        {
            return (false, true);
        }

        var succeeded = await checkAsync(current);
        if (succeeded)
        {
            current.AccessFailedCount = 0;
            succeeded = (await users.UpdateAsync(current)).Succeeded;
        }
        else
        {
            await users.AccessFailedAsync(current);
            Log.WrongCode(logger, user.Id);
        }

        if (UnitOfWork.Current is { } unit)
        {
            await unit.CommitAsync(cancellationToken);
        }

        return (succeeded, !succeeded && await users.IsLockedOutAsync(current));
    }

    // As they are shown; people leave out the hyphen and type small letters.
    private static string Normalize(string code)
    {
        var letters = string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return letters.Length is 10 ? $"{letters[..5]}-{letters[5..]}" : letters;
    }

    private static partial class Log
    {
        [LoggerMessage(4081, LogLevel.Warning, "A wrong code of the second factor for account {UserId}")]
        public static partial void WrongCode(ILogger logger, string userId);

        [LoggerMessage(4082, LogLevel.Information, "Account {UserId} has a second factor now")]
        public static partial void Enabled(ILogger logger, string userId);

        [LoggerMessage(4083, LogLevel.Information, "Account {UserId} has no second factor any more")]
        public static partial void Disabled(ILogger logger, string userId);
    }
}
