using System.Buffers.Text;
using System.Collections.Immutable;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;

namespace Identity.Stores.FileSystem.Stores;

/// <content>Passkeys: on the copy at hand, which the manager then gives to <see cref="UpdateAsync"/>.</content>
internal sealed partial class UserStore
{
    /// <inheritdoc/>
    public Task AddOrUpdatePasskeyAsync(User user, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(passkey);
        user.Passkeys = Find(user, passkey.CredentialId) is not { } known
            ? user.Passkeys.Add(Keep(passkey))
            : user.Passkeys.Replace(known, known with
            {
                Name = passkey.Name,
                SignCount = passkey.SignCount,
                IsUserVerified = passkey.IsUserVerified,
                IsBackedUp = passkey.IsBackedUp,
            });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Task.FromResult<IList<UserPasskeyInfo>>([.. user.Passkeys.Select(HandOut)]);
    }

    /// <inheritdoc/>
    public Task<User?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
        => Task.FromResult(_users.FindFirst(UserIndexes.Passkey, Base64Url.EncodeToString(credentialId)));

    /// <inheritdoc/>
    public Task<UserPasskeyInfo?> FindPasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Task.FromResult(Find(user, credentialId) is { } passkey ? HandOut(passkey) : null);
    }

    /// <inheritdoc/>
    public Task RemovePasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (Find(user, credentialId) is { } passkey)
        {
            user.Passkeys = user.Passkeys.Remove(passkey);
        }

        return Task.CompletedTask;
    }

    private static Passkey? Find(User user, byte[] credentialId)
    {
        var id = Base64Url.EncodeToString(credentialId);
        return user.Passkeys.FirstOrDefault(passkey => passkey.CredentialId == id);
    }

    private static Passkey Keep(UserPasskeyInfo passkey) => new()
    {
        CredentialId = Base64Url.EncodeToString(passkey.CredentialId),
        PublicKey = Base64Url.EncodeToString(passkey.PublicKey),
        Name = passkey.Name,
        CreationDate = passkey.CreatedAt,
        SignCount = passkey.SignCount,
        Transports = passkey.Transports?.ToImmutableArray() ?? [],
        IsUserVerified = passkey.IsUserVerified,
        IsBackupEligible = passkey.IsBackupEligible,
        IsBackedUp = passkey.IsBackedUp,
        AttestationObject = Base64Url.EncodeToString(passkey.AttestationObject),
        ClientData = Base64Url.EncodeToString(passkey.ClientDataJson),
    };

    private static UserPasskeyInfo HandOut(Passkey passkey) => new(
        Base64Url.DecodeFromChars(passkey.CredentialId),
        Base64Url.DecodeFromChars(passkey.PublicKey),
        passkey.CreationDate,
        passkey.SignCount,
        [.. passkey.Transports],
        passkey.IsUserVerified,
        passkey.IsBackupEligible,
        passkey.IsBackedUp,
        Base64Url.DecodeFromChars(passkey.AttestationObject),
        Base64Url.DecodeFromChars(passkey.ClientData))
    {
        Name = passkey.Name,
    };
}
