using Identity.Server.Accounts.Profile;
using Identity.Stores.FileSystem.Models;

namespace Identity.Server.Accounts.Passkeys;

/// <summary>What a person signs in with beside a password. It is part of the account and goes with it.</summary>
internal sealed class PasskeyData : IPersonalData
{
    /// <inheritdoc/>
    public string Name => "sign_in";

    /// <inheritdoc/>
    public ValueTask<object> ReadAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return ValueTask.FromResult<object>(new
        {
            HasAuthenticator = user.TwoFactorEnabled,
            RecoveryCodesLeft = user.RecoveryCodes?.Hashes.Length ?? 0,
            Passkeys = user.Passkeys.Select(passkey => new { passkey.Name, Added = passkey.CreationDate, passkey.IsBackedUp }),
        });
    }
}
