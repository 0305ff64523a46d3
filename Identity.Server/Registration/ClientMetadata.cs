using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Server.Registration;

/// <summary>
/// What a client is registered with: checked, and with defaults for what it left out. Kept with the client and told to it; a member that
/// has no value is null and left out.
/// </summary>
internal record ClientMetadata
{
    /// <summary>Where the client receives authorization responses.</summary>
    [JsonPropertyName("redirect_uris")]
    public required ImmutableArray<string> RedirectUris { get; init; }

    /// <summary>How the client authenticates at the token endpoint.</summary>
    [JsonPropertyName("token_endpoint_auth_method")]
    public required string TokenEndpointAuthMethod { get; init; }

    /// <summary>The grant types the client may use.</summary>
    [JsonPropertyName("grant_types")]
    public required ImmutableArray<string> GrantTypes { get; init; }

    /// <summary>The response types the client may use.</summary>
    [JsonPropertyName("response_types")]
    public required ImmutableArray<string> ResponseTypes { get; init; }

    /// <summary>The scopes the client may ask for, separated by spaces.</summary>
    [JsonPropertyName("scope")]
    public required string Scope { get; init; }

    /// <summary>Whether the client is a <c>web</c> or a <c>native</c> application.</summary>
    [JsonPropertyName("application_type")]
    public required string ApplicationType { get; init; }

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
    public ImmutableArray<string>? Contacts { get; init; }

    /// <summary>The software, the same for all its instances.</summary>
    [JsonPropertyName("software_id")]
    public string? SoftwareId { get; init; }

    /// <summary>The version of the software.</summary>
    [JsonPropertyName("software_version")]
    public string? SoftwareVersion { get; init; }

    /// <summary>What somebody else states about the software, as it was sent.</summary>
    [JsonPropertyName("software_statement")]
    public string? SoftwareStatement { get; init; }

    /// <summary>Where the client is returned to after sign-out.</summary>
    [JsonPropertyName("post_logout_redirect_uris")]
    public ImmutableArray<string>? PostLogoutRedirectUris { get; init; }

    /// <summary>The public keys of a client that authenticates by <c>private_key_jwt</c>.</summary>
    [JsonPropertyName("jwks")]
    public JsonElement? JsonWebKeySet { get; init; }

    /// <summary>Where those keys are published, in place of the keys themselves.</summary>
    [JsonPropertyName("jwks_uri")]
    public string? JsonWebKeySetUri { get; init; }

    /// <summary>Names and addresses in languages, such as <c>client_name#fr</c>, in ordinal order (RFC 7591, section 2.2).</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Localized { get; set; }
}
