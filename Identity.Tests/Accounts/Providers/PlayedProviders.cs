using System.Security.Cryptography;

namespace Identity.Tests.Accounts.Providers;

/// <summary>The providers that are played, as their documentation and their answers have them.</summary>
internal static class PlayedProviders
{
    public const string Tenant = "11111111-aaaa-4aaa-8aaa-111111111111";
    public const string OtherTenant = "22222222-bbbb-4bbb-8bbb-222222222222";
    public const string Consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";
    public const string CompanyIssuer = "https://login.company.example/realms/staff";

    // To make a key of this kind takes longer than most tests do with it: each provider has one, for all tests.
    private static readonly RSA GoogleKey = RSA.Create(2048);
    private static readonly RSA MicrosoftKey = RSA.Create(2048);
    private static readonly RSA CompanyKey = RSA.Create(2048);

    public static PlayedProvider Google() => new("google", "accounts.google.com", "https://accounts.google.com/.well-known/openid-configuration", GoogleKey, new()
    {
        ["issuer"] = "https://accounts.google.com",
        ["authorization_endpoint"] = "https://accounts.google.com/o/oauth2/v2/auth",
        ["device_authorization_endpoint"] = "https://oauth2.googleapis.com/device/code",
        ["token_endpoint"] = "https://oauth2.googleapis.com/token",
        ["userinfo_endpoint"] = "https://openidconnect.googleapis.com/v1/userinfo",
        ["revocation_endpoint"] = "https://oauth2.googleapis.com/revoke",
        ["jwks_uri"] = "https://www.googleapis.com/oauth2/v3/certs",
        ["response_types_supported"] = new[] { "code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token", "none" },
        ["response_modes_supported"] = new[] { "query", "fragment", "form_post" },
        ["subject_types_supported"] = new[] { "public" },
        ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        ["scopes_supported"] = new[] { "openid", "email", "profile" },
        ["token_endpoint_auth_methods_supported"] = new[] { "client_secret_post", "client_secret_basic" },
        ["claims_supported"] = new[] { "aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss", "name", "picture", "sub" },
        ["code_challenge_methods_supported"] = new[] { "plain", "S256" },
        ["grant_types_supported"] = new[] { "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:jwt-bearer" },
    });

    /// <summary>Microsoft Entra ID, under the tenant of the settings.</summary>
    public static PlayedProvider Microsoft(string tenant)
    {
        var root = $"https://login.microsoftonline.com/{tenant}";
        return new("microsoft", "login.microsoftonline.com", root + "/v2.0/.well-known/openid-configuration", MicrosoftKey, new()
        {
            ["token_endpoint"] = root + "/oauth2/v2.0/token",
            ["token_endpoint_auth_methods_supported"] = new[] { "client_secret_post", "private_key_jwt", "client_secret_basic" },
            ["jwks_uri"] = root + "/discovery/v2.0/keys",
            ["response_modes_supported"] = new[] { "query", "fragment", "form_post" },
            ["subject_types_supported"] = new[] { "pairwise" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
            ["response_types_supported"] = new[] { "code", "id_token", "code id_token", "id_token token" },
            ["scopes_supported"] = new[] { "openid", "profile", "email", "offline_access" },
            ["issuer"] = tenant is "common" or "organizations"
                ? "https://login.microsoftonline.com/{tenantid}/v2.0"
                : $"https://login.microsoftonline.com/{(tenant is "consumers" ? Consumers : tenant)}/v2.0",
            ["request_uri_parameter_supported"] = false,
            ["userinfo_endpoint"] = "https://graph.microsoft.com/oidc/userinfo",
            ["authorization_endpoint"] = root + "/oauth2/v2.0/authorize",
            ["device_authorization_endpoint"] = root + "/oauth2/v2.0/devicecode",
            ["http_logout_supported"] = true,
            ["frontchannel_logout_supported"] = true,
            ["end_session_endpoint"] = root + "/oauth2/v2.0/logout",
            ["claims_supported"] = new[] { "sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email" },
            ["tenant_region_scope"] = null!,
            ["cloud_instance_name"] = "microsoftonline.com",
        });
    }

    /// <summary>A provider of one's own, such as Keycloak; its document does not speak of PKCE.</summary>
    /// <param name="key">What it signs with, where that is not its own key.</param>
    public static PlayedProvider Company(RSA? key = null) => new("company", "login.company.example", CompanyIssuer + "/.well-known/openid-configuration", key ?? CompanyKey, new()
    {
        ["issuer"] = CompanyIssuer,
        ["authorization_endpoint"] = CompanyIssuer + "/auth",
        ["token_endpoint"] = CompanyIssuer + "/token",
        ["jwks_uri"] = CompanyIssuer + "/certs",
        ["response_types_supported"] = new[] { "code" },
        ["subject_types_supported"] = new[] { "public" },
        ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        ["token_endpoint_auth_methods_supported"] = new[] { "client_secret_basic" },
    });

    /// <summary>What Google says of somebody.</summary>
    public static Dictionary<string, object> OfGoogle(string subject, string email, bool verified = true, string? hd = null)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = "https://accounts.google.com",
            ["azp"] = "google-client",
            ["sub"] = subject,
            ["email"] = email,
            ["email_verified"] = verified,
            ["name"] = "Somebody at Google",
            ["given_name"] = "Somebody",
            ["picture"] = "https://lh3.googleusercontent.com/a",
        };
        if (hd is not null)
        {
            claims["hd"] = hd;
        }

        return claims;
    }

    /// <summary>What Microsoft says of somebody: no <c>email_verified</c>, and an <c>email</c> that an administrator may have typed in.</summary>
    public static Dictionary<string, object> OfMicrosoft(string objectId, string tenant = Tenant, string? email = null)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = $"https://login.microsoftonline.com/{tenant}/v2.0",
            ["tid"] = tenant,
            ["oid"] = objectId,
            ["sub"] = $"pairwise-{objectId}",
            ["ver"] = "2.0",
            ["name"] = "Somebody at Microsoft",
            ["preferred_username"] = $"{objectId}@contoso.example",
            ["rh"] = "0.AA",
            ["uti"] = "x",
        };
        if (email is not null)
        {
            claims["email"] = email;
        }

        return claims;
    }

    /// <summary>What the provider of one's own says of somebody.</summary>
    public static Dictionary<string, object> OfCompany(string subject, string? email = null, bool verified = true, params string[] groups)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = CompanyIssuer,
            ["sub"] = subject,
            ["preferred_username"] = subject,
            ["name"] = "Somebody at work",
        };
        if (email is not null)
        {
            (claims["email"], claims["email_verified"]) = (email, verified);
        }

        if (groups.Length > 0)
        {
            claims["groups"] = groups;
        }

        return claims;
    }
}
