using System.Buffers.Text;
using System.Security.Cryptography;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Identifiers that nobody has to coordinate: 128 random bits, 22 URL-safe characters. They name things and are no secrets.</summary>
public static class Identifier
{
    private const int Size = 16;

    // To ask the system for random bits costs the same for one identifier as for many.
    private const int Stock = 64;

    [ThreadStatic]
    private static byte[]? _stock;

    [ThreadStatic]
    private static int _left;

    /// <summary>Makes an identifier.</summary>
    /// <returns>One that was never made before.</returns>
    public static string Create()
    {
        _stock ??= new byte[Size * Stock];
        if (_left is 0)
        {
            RandomNumberGenerator.Fill(_stock);
            _left = Stock;
        }

        return Base64Url.EncodeToString(_stock.AsSpan(--_left * Size, Size));
    }
}
