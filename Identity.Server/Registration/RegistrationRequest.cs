using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Server.Registration;

/// <summary>What a client asks for (RFC 7591, section 2; OpenID Connect Dynamic Client Registration, section 2). Other members are ignored.</summary>
internal record RegistrationRequest
{
    /// <summary>Where the client receives authorization responses.</summary>
    [JsonPropertyName("redirect_uris")]
    public string?[]? RedirectUris { get; init; }

    /// <summary>How the client authenticates at the token endpoint.</summary>
    [JsonPropertyName("token_endpoint_auth_method")]
    public string? TokenEndpointAuthMethod { get; init; }

    /// <summary>The grant types the client uses.</summary>
    [JsonPropertyName("grant_types")]
    public string?[]? GrantTypes { get; init; }

    /// <summary>The response types the client uses.</summary>
    [JsonPropertyName("response_types")]
    public string?[]? ResponseTypes { get; init; }

    /// <summary>The scopes the client may ask for, separated by spaces.</summary>
    [JsonPropertyName("scope")]
    public string? Scope { get; init; }

    /// <summary>Whether the client is a <c>web</c> or a <c>native</c> application.</summary>
    [JsonPropertyName("application_type")]
    public string? ApplicationType { get; init; }

    /// <summary>The client's name, as people see it.</summary>
    [JsonPropertyName("client_name")]
    public string? ClientName { get; init; }

    /// <summary>A page about the client.</summary>
    [JsonPropertyName("client_uri")]
    public string? ClientUri { get; init; }

    /// <summary>The client's logo.</summary>
    [JsonPropertyName("logo_uri")]
    public string? LogoUri { get; init; }

    /// <summary>The client's terms of service.</summary>
    [JsonPropertyName("tos_uri")]
    public string? TosUri { get; init; }

    /// <summary>The client's privacy policy.</summary>
    [JsonPropertyName("policy_uri")]
    public string? PolicyUri { get; init; }

    /// <summary>Ways to reach the people responsible for the client.</summary>
    [JsonPropertyName("contacts")]
    public string?[]? Contacts { get; init; }

    /// <summary>The software, the same for all its instances.</summary>
    [JsonPropertyName("software_id")]
    public string? SoftwareId { get; init; }

    /// <summary>The version of the software.</summary>
    [JsonPropertyName("software_version")]
    public string? SoftwareVersion { get; init; }

    /// <summary>Where the client is returned to after sign-out.</summary>
    [JsonPropertyName("post_logout_redirect_uris")]
    public string?[]? PostLogoutRedirectUris { get; init; }

    /// <summary>The public keys of a client that authenticates by <c>private_key_jwt</c>.</summary>
    [JsonPropertyName("jwks")]
    public JsonElement? JsonWebKeySet { get; init; }

    /// <summary>Where those keys are published, in place of the keys themselves.</summary>
    [JsonPropertyName("jwks_uri")]
    public string? JsonWebKeySetUri { get; init; }

    /// <summary>What somebody else states about the software, signed (RFC 7591, section 2.3).</summary>
    [JsonPropertyName("software_statement")]
    public JsonElement? SoftwareStatement { get; init; }

    /// <summary>That statement, once it was found to be one that is believed; what it says is then in the other members.</summary>
    [JsonIgnore]
    public string? ApprovedStatement { get; init; }

    /// <summary>All other members, among them those in a language (RFC 7591, section 2.2).</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}
