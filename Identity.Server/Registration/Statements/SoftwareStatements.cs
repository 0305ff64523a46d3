using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Server.Registration.Statements;

/// <summary>
/// What others state about the software of a client, signed (RFC 7591, section 2.3). What a statement says counts more than what the client
/// says; one that nobody believed is refused.
/// </summary>
internal sealed class SoftwareStatements(IOptions<RegistrationOptions> options, TimeProvider time)
{
    private const string Member = "software_statement";

    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    private readonly Dictionary<string, IList<SecurityKey>> _issuers = options.Value.SoftwareStatementIssuers.ToDictionary(
        issuer => issuer.Issuer,
        issuer => new JsonWebKeySet(ClientKeyRules.Copy(issuer.ReadKeys(), forSignatures: true).GetRawText()).GetSigningKeys(),
        StringComparer.Ordinal);

    /// <summary>Puts what a statement says in the place of what the client says.</summary>
    /// <param name="request">What the client asks for.</param>
    /// <returns>The same request, if it holds no statement.</returns>
    /// <exception cref="RegistrationException">The statement is none, or nobody trusts it.</exception>
    public async ValueTask<RegistrationRequest> ApplyAsync(RegistrationRequest request)
    {
        if (request.SoftwareStatement is not { ValueKind: not JsonValueKind.Null } element)
        {
            return request;
        }

        var (statement, payload) = Parse(element);
        if (!_issuers.TryGetValue(FindIssuer(payload), out var keys))
        {
            throw RegistrationException.UnapprovedSoftwareStatement($"{Member}: this server does not trust its issuer; leave it out");
        }

        var result = await _handler.ValidateTokenAsync(statement, new TokenValidationParameters
        {
            IssuerSigningKeys = keys,
            LifetimeValidator = (notBefore, expires, _, _) => IsCurrent(notBefore, expires),
            RequireExpirationTime = false,
            ValidAlgorithms = Algorithms,
            ValidateAudience = false,
            // The keys are those of the issuer that it names.
            ValidateIssuer = false,
        });
        return result.IsValid
            ? Overlay(request, Read(payload)) with { ApprovedStatement = statement }
            : throw RegistrationException.InvalidSoftwareStatement($"{Member}: its signature is wrong, or it is not valid at this time");
    }

    private static (string Statement, byte[] Payload) Parse(JsonElement element)
    {
        // Three parts that are base64url, as every JSON Web Token in its compact form has.
        if (element.ValueKind is JsonValueKind.String && TryGetString(element) is { } text && text.Split('.') is { Length: 3 } parts
            && parts.All(part => part.Length > 0 && Base64Url.IsValid(part)))
        {
            return (text, Base64Url.DecodeFromChars(parts[1]));
        }

        throw NoStatement();
    }

    private static string FindIssuer(byte[] payload)
    {
        try
        {
            using var claims = JsonDocument.Parse(payload);
            return claims.RootElement.ValueKind is JsonValueKind.Object && claims.RootElement.TryGetProperty("iss", out var issuer)
                && issuer.ValueKind is JsonValueKind.String && TryGetString(issuer) is { } text ? text : "";
        }
        catch (JsonException)
        {
            throw NoStatement();
        }
    }

    private static RegistrationRequest Read(byte[] payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, RegistrationJson.Default.RegistrationRequest) ?? throw NoStatement();
        }
        catch (JsonException)
        {
            throw RegistrationException.InvalidSoftwareStatement($"{Member}: what it says must have the types that metadata of clients has");
        }
    }

    private static RegistrationRequest Overlay(RegistrationRequest request, RegistrationRequest claims)
    {
        var states = claims.JsonWebKeySet is not null || claims.JsonWebKeySetUri is not null ? claims : request;
        var others = new Dictionary<string, JsonElement>(request.Others ?? [], StringComparer.Ordinal);
        foreach (var (member, value) in claims.Others ?? [])
        {
            others[member] = value;
        }

        return request with
        {
            RedirectUris = claims.RedirectUris ?? request.RedirectUris,
            TokenEndpointAuthMethod = claims.TokenEndpointAuthMethod ?? request.TokenEndpointAuthMethod,
            GrantTypes = claims.GrantTypes ?? request.GrantTypes,
            ResponseTypes = claims.ResponseTypes ?? request.ResponseTypes,
            Scope = claims.Scope ?? request.Scope,
            ApplicationType = claims.ApplicationType ?? request.ApplicationType,
            ClientName = claims.ClientName ?? request.ClientName,
            ClientUri = claims.ClientUri ?? request.ClientUri,
            LogoUri = claims.LogoUri ?? request.LogoUri,
            TosUri = claims.TosUri ?? request.TosUri,
            PolicyUri = claims.PolicyUri ?? request.PolicyUri,
            Contacts = claims.Contacts ?? request.Contacts,
            SoftwareId = claims.SoftwareId ?? request.SoftwareId,
            SoftwareVersion = claims.SoftwareVersion ?? request.SoftwareVersion,
            PostLogoutRedirectUris = claims.PostLogoutRedirectUris ?? request.PostLogoutRedirectUris,
            // Together: keys of the one and the address of the other would contradict each other.
            JsonWebKeySet = states.JsonWebKeySet,
            JsonWebKeySetUri = states.JsonWebKeySetUri,
            Others = others,
        };
    }

    private bool IsCurrent(DateTime? notBefore, DateTime? expires)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return (notBefore is null || notBefore <= now) && (expires is null || expires > now);
    }

    private static string? TryGetString(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape sequence that is half of a character.
            return null;
        }
    }

    private static RegistrationException NoStatement() => RegistrationException.InvalidSoftwareStatement($"{Member}: must be a signed JSON Web Token");
}
