using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Registration;

/// <summary>Turns what a client asks for into what it gets, or says which rule stands against it.</summary>
internal sealed class ClientMetadataReader(IOptions<RegistrationOptions> options, IOptionsMonitor<OpenIddictServerOptions> server)
{
    private const int MaximumUris = 32;
    private const int MaximumContacts = 16;
    private const int MaximumTextLength = 256;

    private static readonly ImmutableArray<string> AuthenticationMethods =
    [
        ClientAuthenticationMethods.None, ClientAuthenticationMethods.ClientSecretPost, ClientAuthenticationMethods.ClientSecretBasic,
        ClientAuthenticationMethods.PrivateKeyJwt,
    ];

    private static readonly ImmutableArray<string> DefaultGrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken];

    /// <summary>What clients that register themselves may have, where the server offers it: all of it begins with a person who agrees.</summary>
    private static readonly ImmutableArray<string> AllowedGrantTypes = [.. DefaultGrantTypes, GrantTypes.DeviceCode];

    /// <summary>Reads a request.</summary>
    /// <param name="request">What the client asks for.</param>
    /// <returns>What it is registered with.</returns>
    /// <exception cref="RegistrationException">The request breaks a rule.</exception>
    public ClientMetadata Read(RegistrationRequest request)
    {
        var grantTypes = ReadGrantTypes(request);
        var isRedirected = grantTypes.Contains(GrantTypes.AuthorizationCode);
        var redirectUris = ReadRedirectUris(request, isRedirected);
        var method = ReadAuthenticationMethod(request);
        var (keys, keysUri) = ReadKeys(request, method);
        return new ClientMetadata
        {
            RedirectUris = redirectUris,
            TokenEndpointAuthMethod = method,
            GrantTypes = grantTypes,
            ResponseTypes = ReadResponseTypes(request, isRedirected),
            Scope = ReadScope(request),
            ApplicationType = ReadApplicationType(request, redirectUris),
            ClientName = ReadText("client_name", request.ClientName),
            ClientUri = ReadAddress("client_uri", request.ClientUri),
            LogoUri = ReadAddress("logo_uri", request.LogoUri),
            TosUri = ReadAddress("tos_uri", request.TosUri),
            PolicyUri = ReadAddress("policy_uri", request.PolicyUri),
            Contacts = ReadContacts(request),
            SoftwareId = ReadText("software_id", request.SoftwareId),
            SoftwareVersion = ReadText("software_version", request.SoftwareVersion),
            SoftwareStatement = request.ApprovedStatement,
            PostLogoutRedirectUris = ReadPostLogoutRedirectUris(request),
            JsonWebKeySet = keys,
            JsonWebKeySetUri = keysUri,
            Localized = LocalizedMembers.Read(request.Others, ReadText, ReadAddress),
        };
    }

    private ImmutableArray<string> ReadRedirectUris(RegistrationRequest request, bool isRedirected) => request.RedirectUris switch
    {
        null or [] when !isRedirected => [],
        null or [] => throw RegistrationException.InvalidRedirectUri("redirect_uris: at least one is required"),
        { Length: > MaximumUris } => throw RegistrationException.InvalidRedirectUri($"redirect_uris: at most {MaximumUris} are allowed"),
        var uris => ReadUris("redirect_uris", uris, RegistrationException.InvalidRedirectUri),
    };

    private ImmutableArray<string>? ReadPostLogoutRedirectUris(RegistrationRequest request) => request.PostLogoutRedirectUris switch
    {
        null or [] => null,
        { Length: > MaximumUris } => throw RegistrationException.InvalidClientMetadata($"post_logout_redirect_uris: at most {MaximumUris} are allowed"),
        var uris => ReadUris("post_logout_redirect_uris", uris, RegistrationException.InvalidClientMetadata),
    };

    private ImmutableArray<string> ReadUris(string member, string?[] uris, Func<string, RegistrationException> error)
    {
        foreach (var (index, uri) in uris.Index())
        {
            if (RedirectUriRules.FindProblem(uri, options.Value.PrivateUseSchemes) is { } problem)
            {
                throw error($"{member}: number {index + 1} {problem}");
            }
        }

        return [.. uris.Distinct(StringComparer.Ordinal)!];
    }

    private static string ReadAuthenticationMethod(RegistrationRequest request) => request.TokenEndpointAuthMethod switch
    {
        // RFC 7591, section 2.
        null or "" => ClientAuthenticationMethods.ClientSecretBasic,
        var method when AuthenticationMethods.Contains(method) => method,
        _ => throw RegistrationException.InvalidClientMetadata($"token_endpoint_auth_method: must be one of {string.Join(", ", AuthenticationMethods)}"),
    };

    private static (JsonElement? Keys, string? Uri) ReadKeys(RegistrationRequest request, string method)
    {
        var keys = request.JsonWebKeySet is { ValueKind: not JsonValueKind.Null } value ? value : (JsonElement?)null;
        var uri = string.IsNullOrWhiteSpace(request.JsonWebKeySetUri) ? null : request.JsonWebKeySetUri;
        return (keys, uri) switch
        {
            (not null, not null) => throw RegistrationException.InvalidClientMetadata("jwks: must not be given together with jwks_uri"),
            // Keys of a client that does not use them could be anything.
            _ when method is not ClientAuthenticationMethods.PrivateKeyJwt => (null, null),
            (null, null) => throw RegistrationException.InvalidClientMetadata("jwks: private_key_jwt needs this or jwks_uri"),
            ({ } set, null) => (ClientKeyRules.FindProblem(set) is { } problem ? throw RegistrationException.InvalidClientMetadata("jwks: " + problem) : ClientKeyRules.Copy(set), null),
            _ => (null, ReadHttpsAddress("jwks_uri", uri!)),
        };
    }

    // What is not offered is left out, as RFC 7591, section 3.2.1, lets a server do: some clients list all the grant types they know.
    private ImmutableArray<string> ReadGrantTypes(RegistrationRequest request)
    {
        var offered = server.CurrentValue.GrantTypes;
        if (request.GrantTypes is null or [])
        {
            return [.. DefaultGrantTypes.Where(offered.Contains)];
        }

        ImmutableArray<string> allowed = [.. AllowedGrantTypes.Where(offered.Contains)];
        ImmutableArray<string> grantTypes = [.. allowed.Where(request.GrantTypes.Contains)];
        return grantTypes.Any(type => type is not GrantTypes.RefreshToken)
            ? grantTypes
            : throw RegistrationException.InvalidClientMetadata(
                $"grant_types: must contain {string.Join(" or ", allowed.Where(type => type is not GrantTypes.RefreshToken))}, and may contain refresh_token");
    }

    private static ImmutableArray<string> ReadResponseTypes(RegistrationRequest request, bool isRedirected)
        => !isRedirected ? []
        : request.ResponseTypes is null or [] || request.ResponseTypes.Contains(ResponseTypes.Code) ? [ResponseTypes.Code]
        : throw RegistrationException.InvalidClientMetadata("response_types: must contain code, which is the only one there is");

    private string ReadScope(RegistrationRequest request)
    {
        var offered = server.CurrentValue.Scopes;
        var requested = (request.Scope ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

        // A client that names no scopes may ask for any of them: most register before they know which.
        var scopes = requested is [] ? [.. offered] : requested.Where(offered.Contains).Distinct(StringComparer.Ordinal).ToList();
        return scopes.Count > 0
            ? string.Join(' ', scopes)
            : throw RegistrationException.InvalidClientMetadata($"scope: none of these is offered; offered are {string.Join(' ', offered)}");
    }

    private static string ReadApplicationType(RegistrationRequest request, ImmutableArray<string> redirectUris) => request.ApplicationType switch
    {
        null or "" => redirectUris is not [] && redirectUris.All(uri => uri.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) ? ApplicationTypes.Web : ApplicationTypes.Native,
        ApplicationTypes.Web or ApplicationTypes.Native => request.ApplicationType,
        _ => throw RegistrationException.InvalidClientMetadata("application_type: must be web or native"),
    };

    private static ImmutableArray<string>? ReadContacts(RegistrationRequest request) => request.Contacts switch
    {
        null or [] => null,
        { Length: > MaximumContacts } => throw RegistrationException.InvalidClientMetadata($"contacts: at most {MaximumContacts} are allowed"),
        var contacts => contacts.Select(contact => ReadText("contacts", contact)).OfType<string>().ToImmutableArray() is { Length: > 0 } read ? read : null,
    };

    private static string? ReadText(string member, string? value)
        => string.IsNullOrWhiteSpace(value) ? null
        : value.Length > MaximumTextLength ? throw RegistrationException.InvalidClientMetadata($"{member}: must have at most {MaximumTextLength} characters")
        : value.Any(char.IsControl) ? throw RegistrationException.InvalidClientMetadata($"{member}: must not contain control characters")
        : value;

    private static string? ReadAddress(string member, string? value)
        => string.IsNullOrWhiteSpace(value) ? null
        : value.Length <= RedirectUriRules.MaximumLength && !value.Any(char.IsControl)
            && Uri.TryCreate(value, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            && uri.UserInfo.Length is 0
            ? value
            : throw RegistrationException.InvalidClientMetadata($"{member}: must be a web address, https or http, of at most {RedirectUriRules.MaximumLength} characters");

    private static string ReadHttpsAddress(string member, string value)
        => value.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !value.Contains('#') && ReadAddress(member, value) is { } address
            ? address
            : throw RegistrationException.InvalidClientMetadata($"{member}: must be an https address without a fragment");
}
