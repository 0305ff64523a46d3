using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Clients;

/// <summary>
/// Secrets that the server made itself, in the course of one request. They are 256 random bits, which nobody guesses: one round of SHA-256
/// keeps them as safe as the thousands that a secret made by a person needs, and costs a refresh nothing.
/// </summary>
internal sealed class GeneratedSecrets
{
    private const int Size = 32;
    private const string HashPrefix = "sha256:";

    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    /// <summary>Makes a secret: 43 characters that need no encoding in a URL, a form or an HTTP header.</summary>
    /// <returns>The secret.</returns>
    public string Create()
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Size));
        _secrets.Add(secret);
        return secret;
    }

    /// <summary>Hashes a secret, if it is one that was made here.</summary>
    /// <param name="secret">The secret.</param>
    /// <returns>The hash, or <see langword="null"/> for a secret of unknown strength.</returns>
    public string? Hash(string secret) => _secrets.Contains(secret) ? Compute(secret) : null;

    /// <summary>Whether a hash was made here.</summary>
    /// <param name="hash">The hash.</param>
    /// <returns>True if <see cref="Verify"/> can compare it.</returns>
    public static bool IsHash(string hash) => hash.StartsWith(HashPrefix, StringComparison.Ordinal);

    /// <summary>Compares a secret with a hash, in constant time.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="hash">A hash that was made here.</param>
    /// <returns>Whether the hash is that of the secret.</returns>
    public static bool Verify(string secret, string hash)
        => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Compute(secret)), Encoding.UTF8.GetBytes(hash));

    /// <summary>Hashes a secret that is known to have been made here, or is presented as one.</summary>
    /// <param name="secret">The secret.</param>
    /// <returns>The hash.</returns>
    public static string Compute(string secret) => HashPrefix + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
