using System.Collections.Immutable;
using System.Text.Json;
using Identity.Server.ClientDocuments.Fetching;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Server.ClientDocuments.Authentication;

/// <summary>The public keys with which a client signs its assertions.</summary>
/// <param name="Json">As the client publishes them.</param>
/// <param name="Keys">Those that can be used.</param>
internal sealed record ClientKeys(JsonElement Json, ImmutableArray<JsonWebKey> Keys)
{
    /// <summary>The algorithms by which assertions may be signed.</summary>
    public static readonly ImmutableArray<string> Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSha384, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSha512, SecurityAlgorithms.EcdsaSha512, SecurityAlgorithms.RsaSsaPssSha512,
    ];

    private const int MaximumKeys = 32;
    private const int MinimumRsaSize = 2048;
    private const int MaximumRsaSize = 8192;

    // Each key would otherwise leave its verifier in a cache of the process.
    private static readonly CryptoProviderFactory Uncached = new() { CacheSignatureProviders = false };

    /// <summary>Reads the answer of a <c>jwks_uri</c>.</summary>
    /// <param name="body">The answer.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="InvalidDocumentException">It is no key set, or has no key that can be used.</exception>
    public static ClientKeys Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            return Read(document.RootElement.Clone());
        }
        catch (JsonException)
        {
            throw new InvalidDocumentException("it is not JSON");
        }
    }

    /// <summary>Reads a key set (RFC 7517).</summary>
    /// <param name="json">The key set.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="InvalidDocumentException">It is no key set, or has no key that can be used.</exception>
    public static ClientKeys Read(JsonElement json)
    {
        if (json.ValueKind is not JsonValueKind.Object || !json.TryGetProperty("keys", out var keys) || keys.ValueKind is not JsonValueKind.Array
            || keys.GetArrayLength() is 0 or > MaximumKeys)
        {
            throw new InvalidDocumentException($"jwks: must be an object with an array of 1 to {MaximumKeys} keys");
        }

        // Kinds of keys that are unknown here are passed over (RFC 7517, section 5).
        ImmutableArray<JsonWebKey> usable = [.. keys.EnumerateArray().Select(ReadKey).OfType<JsonWebKey>()];
        return usable is not []
            ? new(json, usable)
            : throw new InvalidDocumentException($"jwks: has no key for signatures: RSA of {MinimumRsaSize} bits or more, P-256, P-384 or P-521");
    }

    /// <summary>The keys that may have signed something.</summary>
    /// <param name="keyId">The identifier that it names, if any.</param>
    /// <returns>All of them where it names none.</returns>
    public IEnumerable<JsonWebKey> Find(string? keyId) => string.IsNullOrEmpty(keyId) ? Keys : Keys.Where(key => key.KeyId == keyId);

    private static JsonWebKey? ReadKey(JsonElement element)
    {
        if (element.ValueKind is not JsonValueKind.Object)
        {
            throw new InvalidDocumentException("jwks: each key must be an object");
        }

        try
        {
            var key = new JsonWebKey(element.GetRawText()) { CryptoProviderFactory = Uncached };
            return key.HasPrivateKey || key.K is not null ? throw new InvalidDocumentException("jwks: a private key is published; it must be replaced")
                : key.Use is null or "" or "sig" && (key.Alg is null or "" || Algorithms.Contains(key.Alg)) && IsStrong(key) ? key
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or JsonException or OverflowException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsStrong(JsonWebKey key) => key.Kty switch
    {
        JsonWebAlgorithmsKeyTypes.RSA => key is { N.Length: > 0, E.Length: > 0 } && key.KeySize is >= MinimumRsaSize and <= MaximumRsaSize,
        JsonWebAlgorithmsKeyTypes.EllipticCurve => key is { Crv: JsonWebKeyECTypes.P256 or JsonWebKeyECTypes.P384 or JsonWebKeyECTypes.P521, X.Length: > 0, Y.Length: > 0 },
        _ => false,
    };
}

/// <summary>What a <c>jwks_uri</c> may be.</summary>
internal static class KeysAddressRules
{
    private const int MaximumLength = 2048;

    /// <summary>Checks an address; its scheme is for the fetcher to check.</summary>
    /// <param name="address">The address.</param>
    /// <returns>Whether it is one.</returns>
    public static bool IsAllowed(string address)
        => address.Length <= MaximumLength && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { UserInfo: "", Fragment: "" };
}
