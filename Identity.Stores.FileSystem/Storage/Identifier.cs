using System.Buffers.Text;
using System.Security.Cryptography;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Identifiers that nobody has to coordinate: 128 random bits, 22 URL-safe characters.</summary>
internal static class Identifier
{
    public static string Create()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
