using Identity.Server.Accounts.TwoFactor;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts;

/// <summary>
/// ASP.NET Core Identity's user manager on this server's clock, and with the keys of authenticators encrypted. The base class asks the
/// system for the time when it locks an account, which would put lockouts out of step with everything else here.
/// </summary>
internal sealed class AccountManager(
    IUserStore<User> store,
    IOptions<IdentityOptions> options,
    IPasswordHasher<User> passwordHasher,
    IEnumerable<IUserValidator<User>> userValidators,
    IEnumerable<IPasswordValidator<User>> passwordValidators,
    ILookupNormalizer keyNormalizer,
    IdentityErrorDescriber errors,
    IServiceProvider services,
    ILogger<UserManager<User>> logger,
    AuthenticatorKeys keys,
    TimeProvider time)
    : UserManager<User>(
        store, options, passwordHasher, userValidators, passwordValidators, keyNormalizer, errors, services, logger)
{
    private IUserLockoutStore<User> Lockouts => (IUserLockoutStore<User>)Store;

    /// <summary>
    /// Gives an account another password, or its first one, on the word of whoever calls. Sessions and links that rest on what was before
    /// end with it, and wrong attempts at the old one are forgotten.
    /// </summary>
    /// <param name="user">The account.</param>
    /// <param name="password">The password.</param>
    /// <returns>Whether it has the password now, or what is wrong with that.</returns>
    public async Task<IdentityResult> SetPasswordAsync(User user, string password)
    {
        ArgumentNullException.ThrowIfNull(user);
        var result = await UpdatePasswordHash(user, password, validatePassword: true);
        if (!result.Succeeded)
        {
            return result;
        }

        (user.AccessFailedCount, user.LockoutEnd) = (0, null);
        return await UpdateUserAsync(user);
    }

    /// <inheritdoc/>
    public override async Task<bool> IsLockedOutAsync(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return await Lockouts.GetLockoutEnabledAsync(user, CancellationToken)
            && await Lockouts.GetLockoutEndDateAsync(user, CancellationToken) > time.GetUtcNow();
    }

    /// <inheritdoc/>
    public override async Task<IdentityResult> AccessFailedAsync(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var lockout = Options.Lockout;
        if (await Lockouts.IncrementAccessFailedCountAsync(user, CancellationToken) >= lockout.MaxFailedAccessAttempts)
        {
            await Lockouts.SetLockoutEndDateAsync(user, time.GetUtcNow() + lockout.DefaultLockoutTimeSpan, CancellationToken);
            await Lockouts.ResetAccessFailedCountAsync(user, CancellationToken);
        }

        return await UpdateUserAsync(user);
    }

    /// <inheritdoc/>
    public override async Task<string?> GetAuthenticatorKeyAsync(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return keys.Unprotect(user, await base.GetAuthenticatorKeyAsync(user));
    }

    /// <inheritdoc/>
    public override async Task<IdentityResult> ResetAuthenticatorKeyAsync(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var store = (IUserAuthenticatorKeyStore<User>)Store;
        await store.SetAuthenticatorKeyAsync(user, keys.Protect(user, GenerateNewAuthenticatorKey()), CancellationToken);
        return await UpdateSecurityStampAsync(user);
    }
}
