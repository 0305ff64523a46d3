using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Identity.Stores.FileSystem.Models;

/// <summary>
/// The recovery codes of an account, which are kept as hashes only: PBKDF2, since codes that a person types are short enough to be
/// tried out by whoever has the file. They share a salt, so that a wrong code costs one hash and not one for each that is left.
/// </summary>
public sealed record RecoveryCodes
{
    private const int Rounds = 100_000;
    private const int Size = 16;

    /// <summary>What the codes were hashed with, base64.</summary>
    public string? Salt { get; init; }

    /// <summary>The hashes of those that were not used, base64.</summary>
    public ImmutableArray<string> Hashes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Hashes new codes.</summary>
    /// <param name="codes">The codes.</param>
    /// <returns>What is kept of them.</returns>
    internal static RecoveryCodes From(IEnumerable<string> codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        var salt = RandomNumberGenerator.GetBytes(Size);
        return new() { Salt = Convert.ToBase64String(salt), Hashes = [.. codes.Distinct(StringComparer.Ordinal).Select(code => Hash(code, salt))] };
    }

    /// <summary>Takes a code away.</summary>
    /// <param name="code">What a person typed.</param>
    /// <returns>The codes that are left, or <see langword="null"/> where it was none of them.</returns>
    internal RecoveryCodes? Without(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (Salt is null || Hashes is [])
        {
            return null;
        }

        var hash = Hash(code, Convert.FromBase64String(Salt));
        return Hashes.Contains(hash, StringComparer.Ordinal) ? this with { Hashes = Hashes.Remove(hash, StringComparer.Ordinal) } : null;
    }

    private static string Hash(string code, byte[] salt)
        => Convert.ToBase64String(Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(code), salt, Rounds, HashAlgorithmName.SHA256, Size));
}
