using Identity.Stores.FileSystem.Models;

namespace Identity.Stores.FileSystem.Stores;

/// <content>The second factor: on the copy at hand, which the manager then gives to <see cref="UpdateAsync"/>.</content>
internal sealed partial class UserStore
{
    /// <inheritdoc/>
    public Task<bool> GetTwoFactorEnabledAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Task.FromResult(user.TwoFactorEnabled);
    }

    /// <inheritdoc/>
    public Task SetTwoFactorEnabledAsync(User user, bool enabled, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        user.TwoFactorEnabled = enabled;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<string?> GetAuthenticatorKeyAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Task.FromResult(user.AuthenticatorKey);
    }

    /// <inheritdoc/>
    public Task SetAuthenticatorKeyAsync(User user, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);

        // Codes of another key say nothing about those of this one.
        (user.AuthenticatorKey, user.AuthenticatorStep) = (key, 0);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReplaceCodesAsync(User user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        user.RecoveryCodes = RecoveryCodes.From(recoveryCodes);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> RedeemCodeAsync(User user, string code, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.RecoveryCodes?.Without(code) is not { } left)
        {
            return Task.FromResult(false);
        }

        user.RecoveryCodes = left;
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public Task<int> CountCodesAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Task.FromResult(user.RecoveryCodes?.Hashes.Length ?? 0);
    }
}
