using System.Collections.Immutable;

namespace Identity.Stores.FileSystem.Models;

/// <summary>A passkey of an account (Web Authentication): with its public key the server recognises who holds the private one.</summary>
public sealed record Passkey
{
    /// <summary>The credential's identifier, base64url; unique among all accounts.</summary>
    public required string CredentialId { get; init; }

    /// <summary>The public key (COSE), base64url.</summary>
    public required string PublicKey { get; init; }

    /// <summary>What its owner calls it.</summary>
    public string? Name { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset CreationDate { get; init; }

    /// <summary>How often it was used, as far as its authenticator counts.</summary>
    public uint SignCount { get; init; }

    /// <summary>By which ways its authenticator is reached, such as <c>usb</c>.</summary>
    public ImmutableArray<string> Transports { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Whether its authenticator made sure who uses it.</summary>
    public bool IsUserVerified { get; init; }

    /// <summary>Whether it can be synchronised to other devices.</summary>
    public bool IsBackupEligible { get; init; }

    /// <summary>Whether it has been.</summary>
    public bool IsBackedUp { get; init; }

    /// <summary>What its authenticator said when it was added, base64url.</summary>
    public string? AttestationObject { get; init; }

    /// <summary>What the browser said when it was added, base64url.</summary>
    public string? ClientData { get; init; }
}
