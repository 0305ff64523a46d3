using System.Security.Cryptography;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.DataProtection;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>
/// Encrypts the keys of authenticators, which the server has to know and cannot hash: with the keys of cookies, and so that what was
/// encrypted for one account says nothing in another.
/// </summary>
internal sealed class AuthenticatorKeys(IDataProtectionProvider protection)
{
    private readonly IDataProtector _kept = protection.CreateProtector("Identity.Server.Accounts.TwoFactor.AuthenticatorKey");
    private readonly IDataProtector _offered = protection.CreateProtector("Identity.Server.Accounts.TwoFactor.OfferedKey");

    /// <summary>Encrypts a key for the account to keep.</summary>
    public string Protect(User user, string key) => _kept.CreateProtector(user.Id).Protect(key);

    /// <summary>Decrypts the key that an account keeps; null where it cannot be read.</summary>
    public string? Unprotect(User user, string? key) => Read(_kept, user, key);

    /// <summary>Encrypts a key that is offered to a person, for the form to carry: it counts once a code of it has come back.</summary>
    public string Offer(User user, string key) => _offered.CreateProtector(user.Id).Protect(key);

    /// <summary>Decrypts a key that was offered; null where this account was offered none such.</summary>
    public string? ReadOffer(User user, string? key) => Read(_offered, user, key);

    private static string? Read(IDataProtector protector, User user, string? key)
    {
        try
        {
            return string.IsNullOrEmpty(key) ? null : protector.CreateProtector(user.Id).Unprotect(key);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
