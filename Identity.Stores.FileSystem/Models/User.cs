using System.Collections.Immutable;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Stores.FileSystem.Models;

/// <summary>A local account, kept in <c>users.json</c>.</summary>
public sealed class User : Entity
{
    /// <summary>The name with which the user signs in.</summary>
    public string? UserName { get; set; }

    /// <summary>The name as it is looked up; unique.</summary>
    public string? NormalizedUserName { get; set; }

    /// <summary>The name that others see.</summary>
    public string? DisplayName { get; set; }

    /// <summary>The e-mail address.</summary>
    public string? Email { get; set; }

    /// <summary>The e-mail address as it is looked up.</summary>
    public string? NormalizedEmail { get; set; }

    /// <summary>Whether the address is known to be the user's.</summary>
    public bool EmailConfirmed { get; set; }

    /// <summary>The password as ASP.NET Core Identity hashes it.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>Changes with the credentials, which ends sessions that rest on older ones.</summary>
    public string? SecurityStamp { get; set; }

    /// <summary>Wrong passwords since the last right one.</summary>
    public int AccessFailedCount { get; set; }

    /// <summary>Until when sign-in is refused after too many wrong passwords.</summary>
    public DateTimeOffset? LockoutEnd { get; set; }

    /// <summary>Whether wrong passwords lock the account for a while.</summary>
    public bool LockoutEnabled { get; set; }

    /// <summary>Whether a password alone is not enough to sign in.</summary>
    public bool TwoFactorEnabled { get; set; }

    /// <summary>
    /// The key that the user's authenticator application has, too. It is kept as it is given: who sets it encrypts it, with keys that
    /// are elsewhere.
    /// </summary>
    public string? AuthenticatorKey { get; set; }

    /// <summary>The time step of the last code of the authenticator that was accepted (RFC 6238): neither it nor an older one is again.</summary>
    public long AuthenticatorStep { get; set; }

    /// <summary>Codes that stand in for the authenticator, once each.</summary>
    public RecoveryCodes? RecoveryCodes { get; set; }

    /// <summary>The passkeys with which the user signs in.</summary>
    public ImmutableArray<Passkey> Passkeys { get; set; } = [];

    /// <summary>Whether the user may administer the server.</summary>
    public bool IsAdministrator { get; set; }

    /// <summary>Whether an administrator has shut the account out: no sign-in, and connections end at their next refresh.</summary>
    public bool IsDisabled { get; set; }

    /// <summary>The identities at other providers with which the user signs in; each of them belongs to one account at most.</summary>
    public ImmutableArray<UserLogin> Logins { get; set; } = [];

    /// <summary>Whether the account came about by a policy of the host for strangers, and is open for as long as that admits one of its <see cref="Logins"/>.</summary>
    public bool IsAdmittedByPolicy { get; set; }

    /// <summary>When the account was made.</summary>
    public DateTimeOffset? CreationDate { get; set; }
}
