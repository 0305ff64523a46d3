using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>Time-based one-time passwords (RFC 6238) as authenticator applications make them: SHA-1, six digits, a new one every 30 seconds.</summary>
internal static class Totp
{
    /// <summary>How many digits a code has.</summary>
    public const int Digits = 6;

    /// <summary>For how many seconds a code stands.</summary>
    public const int Period = 30;

    // The clock of a telephone, or its owner, may be this much behind or ahead (RFC 6238, section 5.2).
    private const int Tolerance = 1;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Finds the time step of which this is the code.</summary>
    /// <param name="key">The key, base32.</param>
    /// <param name="code">What a person typed; blanks do not count.</param>
    /// <param name="now">The time.</param>
    /// <param name="after">A time step that, with all before it, does not count any more.</param>
    /// <returns>The time step, or null where it is the code of none.</returns>
    public static long? FindStep(string key, string code, DateTimeOffset now, long after)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(code);
        var given = Encoding.UTF8.GetBytes(code.Replace(" ", string.Empty, StringComparison.Ordinal));
        var secret = Decode(key);
        var current = now.ToUnixTimeSeconds() / Period;
        long? found = null;
        for (var step = current - Tolerance; step <= current + Tolerance; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Compute(secret, step))) && step > after)
            {
                found = step;
            }
        }

        return found;
    }

    /// <summary>Computes the code of a moment.</summary>
    /// <param name="key">The key, base32.</param>
    /// <param name="now">The moment.</param>
    public static string Compute(string key, DateTimeOffset now) => Compute(Decode(key), now.ToUnixTimeSeconds() / Period);

    // HOTP (RFC 4226, section 5.3) of the time step. The algorithm is what applications know; collisions of SHA-1 do not touch HMAC.
    private static string Compute(byte[] secret, long step)
    {
        Span<byte> message = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(message, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // What RFC 6238 says.
        HMACSHA1.HashData(secret, message, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0x0F)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Decode(string key)
    {
        var bytes = new byte[key.Length * 5 / 8];
        var (buffer, bits, length) = (0, 0, 0);
        foreach (var letter in key)
        {
            var value = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
            {
                throw new FormatException("The key of an authenticator is not base32.");
            }

            buffer = ((buffer << 5) | value) & 0xFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[length++] = (byte)(buffer >> bits);
            }
        }

        return bytes;
    }
}
