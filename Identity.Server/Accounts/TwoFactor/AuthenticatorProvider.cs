using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>
/// Checks codes of authenticator applications, in place of ASP.NET Core Identity's own provider: on this server's clock, and each code
/// once, so that somebody who saw one typed cannot use it.
/// </summary>
internal sealed class AuthenticatorProvider(TimeProvider time) : IUserTwoFactorTokenProvider<User>
{
    /// <inheritdoc/>
    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<User> manager, User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Task.FromResult(!string.IsNullOrEmpty(user.AuthenticatorKey));
    }

    /// <summary>Makes nothing: the application makes the codes.</summary>
    /// <returns>Nothing.</returns>
    public Task<string> GenerateAsync(string purpose, UserManager<User> manager, User user) => Task.FromResult(string.Empty);

    /// <summary>Checks a code. The account remembers that it was used; whoever asks saves the account.</summary>
    /// <returns>Whether it is right.</returns>
    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<User> manager, User user)
    {
        ArgumentNullException.ThrowIfNull(manager);
        ArgumentNullException.ThrowIfNull(user);
        if (await manager.GetAuthenticatorKeyAsync(user) is not { Length: > 0 } key
            || Totp.FindStep(key, token, time.GetUtcNow(), user.AuthenticatorStep) is not { } step)
        {
            return false;
        }

        user.AuthenticatorStep = step;
        return true;
    }
}
