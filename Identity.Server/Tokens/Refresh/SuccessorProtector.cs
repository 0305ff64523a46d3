using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Tokens.Refresh;

/// <summary>
/// Encrypts the value of a refresh token so that only who holds its predecessor can read it: AES-256-GCM under a key that
/// HKDF-SHA256 derives from the predecessor's value, which itself is nowhere kept.
/// </summary>
internal static class SuccessorProtector
{
    private const int KeySize = 32;

    // What the key is for, so that nothing else ever derives the same one from a refresh token.
    private static readonly byte[] Purpose = "Identity.Server refresh token successor v1"u8.ToArray();

    /// <summary>Encrypts the successor's value.</summary>
    /// <param name="successor">The value that the client is given.</param>
    /// <param name="predecessor">The value that the client presented.</param>
    /// <returns>Nonce, ciphertext and tag, base64url.</returns>
    public static string Protect(string successor, string predecessor)
    {
        var plaintext = Encoding.UTF8.GetBytes(successor);
        var result = new byte[AesGcm.NonceByteSizes.MaxSize + plaintext.Length + AesGcm.TagByteSizes.MaxSize];
        var (nonce, ciphertext, tag) = Split(result);
        RandomNumberGenerator.Fill(nonce.Span);
        using var cipher = CreateCipher(predecessor);
        cipher.Encrypt(nonce.Span, plaintext, ciphertext.Span, tag.Span);
        return Base64Url.EncodeToString(result);
    }

    /// <summary>Decrypts the successor's value.</summary>
    /// <param name="value">What <see cref="Protect"/> returned.</param>
    /// <param name="predecessor">The value that the client presents.</param>
    /// <returns>The successor's value, or <see langword="null"/> where it was made for another predecessor or is damaged.</returns>
    public static string? Unprotect(string value, string predecessor)
    {
        if (!Base64Url.IsValid(value, out var length) || length <= AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize)
        {
            return null;
        }

        var (nonce, ciphertext, tag) = Split(Base64Url.DecodeFromChars(value));
        var plaintext = new byte[ciphertext.Length];
        using var cipher = CreateCipher(predecessor);
        try
        {
            cipher.Decrypt(nonce.Span, ciphertext.Span, tag.Span, plaintext);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return Encoding.UTF8.GetString(plaintext);
    }

    // No salt: the value is already 256 uniformly random bits, and each key encrypts one message.
    private static AesGcm CreateCipher(string predecessor) => new(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(predecessor), KeySize, info: Purpose), AesGcm.TagByteSizes.MaxSize);

    private static (Memory<byte> Nonce, Memory<byte> Ciphertext, Memory<byte> Tag) Split(Memory<byte> value)
        => (value[..AesGcm.NonceByteSizes.MaxSize],
            value[AesGcm.NonceByteSizes.MaxSize..^AesGcm.TagByteSizes.MaxSize],
            value[^AesGcm.TagByteSizes.MaxSize..]);
}
