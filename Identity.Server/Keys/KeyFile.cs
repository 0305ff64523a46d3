using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Server.Keys;

/// <summary>A key as it is kept: a JSON Web Key (RFC 7517) with the date of its creation.</summary>
internal sealed record KeyFile
{
    /// <summary>Value of <see cref="Use"/> for keys that sign.</summary>
    public const string Signing = "sig";

    /// <summary>Value of <see cref="Use"/> for keys that encrypt.</summary>
    public const string Encryption = "enc";

    /// <summary>Identifies the key in the tokens made with it.</summary>
    [JsonPropertyName("kid")]
    public required string KeyId { get; init; }

    /// <summary>What the key is for.</summary>
    [JsonPropertyName("use")]
    public required string Use { get; init; }

    /// <summary>When it was made.</summary>
    [JsonPropertyName("created")]
    public required DateTimeOffset Created { get; init; }

    /// <summary>The kind of key: <c>EC</c> or <c>oct</c>.</summary>
    [JsonPropertyName("kty")]
    public required string KeyType { get; init; }

    /// <summary>The curve of an EC key: <c>P-256</c>.</summary>
    [JsonPropertyName("crv")]
    public string? Curve { get; init; }

    /// <summary>The x coordinate of an EC key, base64url.</summary>
    [JsonPropertyName("x")]
    public string? X { get; init; }

    /// <summary>The y coordinate of an EC key, base64url.</summary>
    [JsonPropertyName("y")]
    public string? Y { get; init; }

    /// <summary>The private value of an EC key, base64url.</summary>
    [JsonPropertyName("d")]
    public string? D { get; init; }

    /// <summary>The bytes of a symmetric key, base64url.</summary>
    [JsonPropertyName("k")]
    public string? K { get; init; }

    /// <summary>Makes a key for ES256 signatures.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>The key.</returns>
    public static KeyFile CreateSigning(TimeProvider time)
    {
        using var algorithm = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = algorithm.ExportParameters(includePrivateParameters: true);
        return new()
        {
            KeyId = NewKeyId(),
            Use = Signing,
            Created = time.GetUtcNow(),
            KeyType = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Curve = JsonWebKeyECTypes.P256,
            X = Base64UrlEncoder.Encode(parameters.Q.X),
            Y = Base64UrlEncoder.Encode(parameters.Q.Y),
            D = Base64UrlEncoder.Encode(parameters.D),
        };
    }

    /// <summary>Makes a symmetric key of 256 bits, for what only this server reads.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>The key.</returns>
    public static KeyFile CreateEncryption(TimeProvider time) => new()
    {
        KeyId = NewKeyId(),
        Use = Encryption,
        Created = time.GetUtcNow(),
        KeyType = JsonWebAlgorithmsKeyTypes.Octet,
        K = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32)),
    };

    /// <summary>Reads a key.</summary>
    /// <param name="content">What <see cref="ToBytes"/> returned.</param>
    /// <returns>The key.</returns>
    /// <exception cref="JsonException">It is no such key.</exception>
    public static KeyFile Parse(ReadOnlySpan<byte> content)
        => JsonSerializer.Deserialize(content, KeyFileJson.Default.KeyFile) ?? throw new JsonException("There is no key in it.");

    /// <summary>Writes the key for the disk and for people.</summary>
    /// <returns>Indented JSON.</returns>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, KeyFileJson.Default.KeyFile);

    /// <summary>The key as the token library has it.</summary>
    /// <returns>An ECDSA or a symmetric key.</returns>
    /// <exception cref="FormatException">Part of it is missing or not base64url.</exception>
    /// <exception cref="CryptographicException">The numbers are no key of that curve.</exception>
    public SecurityKey ToSecurityKey()
    {
        if (KeyType == JsonWebAlgorithmsKeyTypes.Octet)
        {
            return new SymmetricSecurityKey(Decode(K)) { KeyId = KeyId };
        }

        var algorithm = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = Decode(D),
            Q = new ECPoint { X = Decode(X), Y = Decode(Y) },
        });
        return new ECDsaSecurityKey(algorithm) { KeyId = KeyId };

        static byte[] Decode(string? value) => value is { Length: > 0 } ? Base64UrlEncoder.DecodeBytes(value) : throw new FormatException("part of the key is missing");
    }

    // An identifier of its own: symmetric keys have no thumbprint that may be shown, and without one OpenIddict could not tell them apart.
    private static string NewKeyId() => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(12));
}

[JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyFile))]
internal sealed partial class KeyFileJson : JsonSerializerContext;
