using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Identity.Server.Registration;

/// <summary>
/// Which public keys a client may register for <c>private_key_jwt</c> (RFC 7517): RSA from 2,048 bits and the elliptic curves of NIST,
/// nothing that is secret. What breaks a rule is refused rather than passed over: the client would find out at its first token.
/// </summary>
internal static class ClientKeyRules
{
    private const int MaximumKeys = 16;
    private const int MinimumModulusBits = 2_048;
    private const int MaximumModulusBits = 8_192;
    private const int MaximumIdLength = 256;

    private static readonly string[] SecretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    private static readonly string[] PublicMembers = ["kty", "use", "alg", "kid", "n", "e", "crv", "x", "y"];
    private static readonly string[] RsaAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    private static readonly Dictionary<string, (ECCurve Curve, int Size, string Algorithm)> Curves = new(StringComparer.Ordinal)
    {
        ["P-256"] = (ECCurve.NamedCurves.nistP256, 32, "ES256"),
        ["P-384"] = (ECCurve.NamedCurves.nistP384, 48, "ES384"),
        ["P-521"] = (ECCurve.NamedCurves.nistP521, 66, "ES512"),
    };

    /// <summary>Checks a set of keys.</summary>
    /// <param name="set">What the client sent.</param>
    /// <returns>The rule that it breaks, to follow the name of the member, or <see langword="null"/>.</returns>
    public static string? FindProblem(JsonElement set)
    {
        if (set.ValueKind is not JsonValueKind.Object || !set.TryGetProperty("keys", out var keys) || keys.ValueKind is not JsonValueKind.Array)
        {
            return "must be an object whose member keys is an array";
        }

        if (keys.GetArrayLength() is 0 or > MaximumKeys)
        {
            return $"must contain from 1 to {MaximumKeys} keys";
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        var signs = false;
        foreach (var (index, key) in keys.EnumerateArray().Index())
        {
            if (FindKeyProblem(key, ids, ref signs) is { } problem)
            {
                return $"key {index + 1} {problem}";
            }
        }

        return signs ? null : "must contain a key for signatures";
    }

    /// <summary>What is kept of a set that was checked: public members that have a meaning here, and nothing that might be read otherwise elsewhere.</summary>
    /// <param name="set">The set.</param>
    /// <param name="forSignatures">Whether to leave keys for encryption out and to mark the others as keys for signatures.</param>
    /// <returns>A set of the same keys.</returns>
    public static JsonElement Copy(JsonElement set, bool forSignatures = false)
    {
        var keys = new JsonArray();
        foreach (var key in set.GetProperty("keys").EnumerateArray())
        {
            var copy = new JsonObject();
            foreach (var member in PublicMembers)
            {
                if (TryRead(key, member, out var value) && value is not null)
                {
                    copy[member] = value;
                }
            }

            if (forSignatures)
            {
                if ((string?)copy["use"] is "enc")
                {
                    continue;
                }

                copy["use"] = "sig";
            }

            keys.Add((JsonNode)copy);
        }

        return JsonSerializer.SerializeToElement(new JsonObject { ["keys"] = keys }, RegistrationJson.Default.JsonObject);
    }

    private static string? FindKeyProblem(JsonElement key, HashSet<string> ids, ref bool signs)
    {
        if (key.ValueKind is not JsonValueKind.Object)
        {
            return "must be an object";
        }

        // Before anything else: whoever sends a secret must learn of that, and not of something that is easier to mend.
        if (Array.Find(SecretMembers, member => key.TryGetProperty(member, out _)) is { } secret)
        {
            return $"must not contain the secret member {secret}; register the public key, and replace this one";
        }

        if (!TryRead(key, "kid", out var id) || id is { Length: > MaximumIdLength } || (id is not null && !ids.Add(id)))
        {
            return $"must have a kid that no other key has, of at most {MaximumIdLength} characters, or none";
        }

        if (!TryRead(key, "use", out var use) || use is not (null or "sig" or "enc"))
        {
            return "must have use sig or enc, or none";
        }

        signs |= use is not "enc";
        return !TryRead(key, "kty", out var type) || !TryRead(key, "alg", out var algorithm)
            ? "must have a kty, and may have an alg, both text"
            : type switch
            {
                "RSA" => FindRsaProblem(key, use, algorithm),
                "EC" => FindCurveProblem(key, use, algorithm),
                _ => "must have kty RSA or EC",
            };
    }

    private static string? FindRsaProblem(JsonElement key, string? use, string? algorithm)
    {
        if (ReadBytes(key, "n") is not { } modulus || ReadBytes(key, "e") is not { } exponent)
        {
            return "must have n and e in base64url";
        }

        var bits = modulus.AsSpan().TrimStart((byte)0) is [var first, .. var rest] ? (8 * rest.Length) + 32 - int.LeadingZeroCount(first) : 0;
        return bits is < MinimumModulusBits or > MaximumModulusBits ? $"must have from {MinimumModulusBits} to {MaximumModulusBits} bits"
            : (modulus[^1] & 1) is 0 ? "must have an odd n"
            : exponent.AsSpan().TrimStart((byte)0) is [] or [< 3] or { Length: > 4 } || (exponent[^1] & 1) is 0 ? "must have an odd e from 3 to 32 bits"
            : use is not "enc" && algorithm is not null && !RsaAlgorithms.Contains(algorithm) ? $"must have an alg of {string.Join(", ", RsaAlgorithms)}, or none"
            : null;
    }

    private static string? FindCurveProblem(JsonElement key, string? use, string? algorithm)
    {
        if (!TryRead(key, "crv", out var name) || name is null || !Curves.TryGetValue(name, out var curve))
        {
            return $"must have a crv of {string.Join(", ", Curves.Keys)}";
        }

        if (ReadBytes(key, "x") is not { } x || ReadBytes(key, "y") is not { } y || x.Length != curve.Size || y.Length != curve.Size)
        {
            return $"must have x and y in base64url, of {curve.Size} bytes";
        }

        return use is not "enc" && algorithm is not null && algorithm != curve.Algorithm ? $"must have alg {curve.Algorithm}, or none"
            : IsOnCurve(curve.Curve, x, y) ? null
            : "must be a point on its curve";
    }

    private static bool IsOnCurve(ECCurve curve, byte[] x, byte[] y)
    {
        try
        {
            using var key = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[]? ReadBytes(JsonElement key, string member)
        => TryRead(key, member, out var text) && text is { Length: > 0 } && Base64Url.IsValid(text) && Base64Url.DecodeFromChars(text) is { Length: > 0 } bytes ? bytes : null;

    private static bool TryRead(JsonElement key, string member, out string? text)
    {
        text = null;
        if (!key.TryGetProperty(member, out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return true;
        }

        if (value.ValueKind is not JsonValueKind.String)
        {
            return false;
        }

        try
        {
            text = value.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            // An escape sequence that is half of a character.
            return false;
        }
    }
}
