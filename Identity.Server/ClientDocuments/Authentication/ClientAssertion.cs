using Identity.Stores.FileSystem.Models;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.ClientDocuments.Authentication;

/// <summary>A signed statement by which a client proves who it is (RFC 7523, <c>private_key_jwt</c>).</summary>
internal static class ClientAssertion
{
    /// <summary>How far ahead an assertion may expire: until then it has to be remembered.</summary>
    public static readonly TimeSpan MaximumLifetime = TimeSpan.FromHours(1);

    /// <summary>By how much the clocks of client and server may differ.</summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    private const int MaximumIdLength = 256;

    /// <summary>Reads an assertion; nothing of it is checked.</summary>
    /// <param name="text">The assertion.</param>
    /// <returns>Null where it is no signed JSON Web Token.</returns>
    public static JsonWebToken? Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        try
        {
            return new JsonWebToken(text) is { IsSigned: true, IsEncrypted: false } token ? token : null;
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Lets OpenIddict expect that the client proves who it is, where its document allows it to do so and to do without.</summary>
    /// <param name="application">The client, for this request.</param>
    /// <param name="document">Its document.</param>
    public static void Expect(Application application, ClientDocument document)
    {
        if (document.AuthenticationMethods.Contains(ClientAuthenticationMethods.PrivateKeyJwt))
        {
            application.ClientType = ClientTypes.Confidential;
        }
    }

    /// <summary>Checks what an assertion claims.</summary>
    /// <param name="token">The assertion.</param>
    /// <param name="clientId">The client that the request names, if it does.</param>
    /// <param name="audiences">By which names this server may be meant.</param>
    /// <param name="now">The time.</param>
    /// <returns>What is wrong with it, or null.</returns>
    public static string? FindProblem(JsonWebToken token, string? clientId, IReadOnlyCollection<string> audiences, DateTimeOffset now)
        => string.IsNullOrEmpty(token.Issuer) || token.Issuer != token.Subject || (clientId is { Length: > 0 } && clientId != token.Issuer)
            ? "Its iss and sub must both be the client_id."
        : token.Audiences.ToList() is not [var audience] || !audiences.Contains(audience, StringComparer.Ordinal)
            ? "Its aud must be the issuer or the token endpoint, and nothing else."
        : token.Id is not { Length: > 0 and <= MaximumIdLength } ? $"It must have a jti, of at most {MaximumIdLength} characters."
        : ExpiresAt(token) is not { } expiresAt ? "It must have an exp."
        : expiresAt + Leeway <= now ? "It has expired."
        : expiresAt > now + MaximumLifetime + Leeway ? $"It must expire within {MaximumLifetime.TotalMinutes} minutes."
        : token.ValidFrom != DateTime.MinValue && token.ValidFrom > now.UtcDateTime + Leeway ? "It is not valid yet."
        : token.IssuedAt != DateTime.MinValue && token.IssuedAt > now.UtcDateTime + Leeway ? "It was issued in the future."
        : token.Typ is null or "" || IsType(token.Typ, "JWT") || IsType(token.Typ, "client-authentication+jwt") ? null
        : "Its typ must be JWT or client-authentication+jwt.";

    /// <summary>When an assertion expires.</summary>
    /// <param name="token">The assertion.</param>
    /// <returns>Null where it does not say.</returns>
    public static DateTimeOffset? ExpiresAt(JsonWebToken token) => token.ValidTo == DateTime.MinValue ? null : new DateTimeOffset(DateTime.SpecifyKind(token.ValidTo, DateTimeKind.Utc));

    private static bool IsType(string value, string type)
        => string.Equals(value, type, StringComparison.OrdinalIgnoreCase) || string.Equals(value, "application/" + type, StringComparison.OrdinalIgnoreCase);
}
