using Identity.Server.Accounts.Invitations;
using Identity.Server.Accounts.Mail;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Which account an identity at a provider belongs to, and how it comes to belong to one. Accounts are found by issuer and subject alone:
/// an e-mail address, whoever vouches for it, never leads to one.
/// </summary>
internal sealed partial class ExternalAccounts(
    UserManager<User> users,
    Collection<User> accounts,
    AdmissionPolicy admission,
    Invitation invitation,
    AccountNotices notices,
    SignInTurns turns,
    TimeProvider time,
    ILogger<ExternalAccounts> logger)
{
    /// <summary>How many identities an account may have: all of them are part of it and written with it.</summary>
    public const int MaximumLogins = 20;

    /// <summary>Finds the account of an identity, notes what the provider says of it now, and makes an account for a stranger who is admitted.</summary>
    /// <returns>The account; null where this identity may not enter.</returns>
    public async Task<User?> EnterAsync(ExternalIdentity identity, CancellationToken cancellationToken)
    {
        // One after another for each identity, each on disk before the next: two windows must not make two accounts.
        using var turn = await WaitAsync(identity.Login, cancellationToken);
        if (await FindAsync(identity.Login) is not { } user)
        {
            return await AdmitAsync(identity, cancellationToken);
        }

        await NoteAsync(user, identity.Login, cancellationToken);
        if (user.IsDisabled || !admission.Admits(user))
        {
            Log.NoLongerAdmitted(logger, user.Id, identity.Login.Provider);
            return null;
        }

        Log.SignedIn(logger, user.Id, identity.Login.Provider);
        return user;
    }

    /// <summary>Lets an account be entered with an identity, too.</summary>
    /// <returns>Why it cannot be; null where it can from now on.</returns>
    public async Task<ExternalProblem?> LinkAsync(string userId, UserLogin login, CancellationToken cancellationToken)
    {
        using var turn = await WaitAsync(login, cancellationToken);
        if (await FindAsync(login) is { } owner)
        {
            return owner.Id == userId ? null : ExternalProblem.BelongsToAnother;
        }

        if (await users.FindByIdAsync(userId) is not { IsDisabled: false } user)
        {
            return ExternalProblem.NoLongerSignedIn;
        }

        if (user.Logins.Length >= MaximumLogins)
        {
            return ExternalProblem.TooMany;
        }

        user.Logins = user.Logins.Add(login);
        if (!(await users.UpdateAsync(user)).Succeeded)
        {
            // It was changed at the same moment, in another window.
            return ExternalProblem.StartOver;
        }

        await CommitAsync(cancellationToken);
        Log.Linked(logger, userId, login.Provider);
        await notices.TellAsync(user, AccountNotice.ProviderChanged, cancellationToken);
        return null;
    }

    /// <summary>Takes an account that was made for somebody, who signs in with an identity from then on.</summary>
    /// <param name="token">The token of the invitation.</param>
    /// <param name="login">The identity.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The account; null where the invitation does not work, or the identity is another account's.</returns>
    public async Task<User?> AcceptAsync(string token, UserLogin login, CancellationToken cancellationToken)
    {
        using var turn = await WaitAsync(login, cancellationToken);
        if (await FindAsync(login) is not null || await invitation.FindUserAsync(token) is not { } user)
        {
            return null;
        }

        user.Logins = user.Logins.Add(login);
        if (!(await invitation.AcceptAsync(user)).Succeeded)
        {
            return null;
        }

        await CommitAsync(cancellationToken);
        Log.Linked(logger, user.Id, login.Provider);
        return user;
    }

    /// <summary>Whether an account could still be entered without one of its identities.</summary>
    public bool CanUnlink(User user, UserLogin login) => admission.CanEnter(user, user.Logins.Remove(login), user.Passkeys.Length);

    /// <summary>Takes an identity from an account, which ends the other sessions of the account.</summary>
    public async Task<bool> UnlinkAsync(User user, UserLogin login, CancellationToken cancellationToken)
    {
        if (!(await users.RemoveLoginAsync(user, login.Issuer, login.Subject)).Succeeded)
        {
            return false;
        }

        Log.Unlinked(logger, user.Id, login.Provider);
        await notices.TellAsync(user, AccountNotice.ProviderChanged, cancellationToken);
        return true;
    }

    private async Task<User?> AdmitAsync(ExternalIdentity identity, CancellationToken cancellationToken)
    {
        // The first account is the administrator's, for whoever holds the address that the console printed.
        if (accounts.Count is 0 || !admission.Admits(identity.Login))
        {
            Log.NotAdmitted(logger, identity.Login.Provider);
            return null;
        }

        var address = identity.Login.Email;
        var isFree = address is not null && await users.FindByEmailAsync(address) is null;
        var user = new User
        {
            UserName = await FindFreeNameAsync(identity.UserName),
            DisplayName = identity.Name,
            Email = isFree ? address : null,
            EmailConfirmed = isFree,
            IsAdmittedByPolicy = true,
            Logins = [identity.Login],
            CreationDate = time.GetUtcNow(),
        };
        var result = await users.CreateAsync(user);
        if (!result.Succeeded)
        {
            Log.NotCreated(logger, identity.Login.Provider, string.Join(", ", result.Errors.Select(error => error.Code)));
            return null;
        }

        await CommitAsync(cancellationToken);
        Log.Admitted(logger, user.Id, identity.Login.Provider);
        return user;
    }

    private async Task NoteAsync(User user, UserLogin login, CancellationToken cancellationToken)
    {
        var index = user.Logins.IndexOf(user.Logins.First(known => known.Is(login.Issuer, login.Subject)));
        if (IsSame(user.Logins[index], login))
        {
            return;
        }

        user.Logins = user.Logins.SetItem(index, login);
        await users.UpdateAsync(user);
        await CommitAsync(cancellationToken);
    }

    private async Task<string> FindFreeNameAsync(string name)
    {
        var free = name;
        for (var number = 2; await users.FindByNameAsync(free) is not null; number++)
        {
            free = $"{name}-{number}";
        }

        return free;
    }

    private Task<User?> FindAsync(UserLogin login) => users.FindByLoginAsync(login.Issuer, login.Subject);

    private Task<IDisposable> WaitAsync(UserLogin login, CancellationToken cancellationToken)
        => turns.WaitAsync($"{login.Issuer} {login.Subject}", cancellationToken);

    private static bool IsSame(UserLogin left, UserLogin right)
        => (left.DisplayName, left.Provider, left.Email, left.Domain, left.Tenant) == (right.DisplayName, right.Provider, right.Email, right.Domain, right.Tenant)
        && left.Groups.SequenceEqual(right.Groups, StringComparer.Ordinal);

    private static ValueTask CommitAsync(CancellationToken cancellationToken)
        => UnitOfWork.Current is { } unit ? unit.CommitAsync(cancellationToken) : default;

    private static partial class Log
    {
        [LoggerMessage(4101, LogLevel.Information, "Account {UserId} signed in through {Provider}")]
        public static partial void SignedIn(ILogger logger, string userId, string? provider);

        [LoggerMessage(4102, LogLevel.Information, "A stranger whom the settings admit signed in through {Provider} and got the account {UserId}")]
        public static partial void Admitted(ILogger logger, string userId, string? provider);

        [LoggerMessage(4103, LogLevel.Information, "A stranger came through {Provider} and was not admitted")]
        public static partial void NotAdmitted(ILogger logger, string? provider);

        [LoggerMessage(4104, LogLevel.Information, "Account {UserId} came through {Provider}: it is disabled or no longer admitted")]
        public static partial void NoLongerAdmitted(ILogger logger, string userId, string? provider);

        [LoggerMessage(4105, LogLevel.Information, "Account {UserId} can be entered through {Provider} now")]
        public static partial void Linked(ILogger logger, string userId, string? provider);

        [LoggerMessage(4106, LogLevel.Information, "Account {UserId} can no longer be entered through an identity at {Provider}")]
        public static partial void Unlinked(ILogger logger, string userId, string? provider);

        [LoggerMessage(4107, LogLevel.Warning, "An account for a stranger who came through {Provider} could not be made: {Errors}")]
        public static partial void NotCreated(ILogger logger, string? provider, string errors);
    }
}
