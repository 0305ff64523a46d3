using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Server.Registration.Management;

/// <summary>What a client wants to be registered with from now on, in place of everything from before (RFC 7592, section 2.2).</summary>
internal sealed record UpdateRequest : RegistrationRequest
{
    /// <summary>The client; needed, and the one whose address is used.</summary>
    [JsonPropertyName("client_id")]
    public string? ClientId { get; init; }

    /// <summary>Its secret, which it cannot choose.</summary>
    [JsonPropertyName("client_secret")]
    public string? ClientSecret { get; init; }

    /// <summary>Not the client's to send.</summary>
    [JsonPropertyName("client_secret_expires_at")]
    public JsonElement? ClientSecretExpiresAt { get; init; }

    /// <summary>Not the client's to send.</summary>
    [JsonPropertyName("client_id_issued_at")]
    public JsonElement? ClientIdIssuedAt { get; init; }

    /// <summary>Not the client's to send.</summary>
    [JsonPropertyName("registration_access_token")]
    public JsonElement? ManagementToken { get; init; }

    /// <summary>Not the client's to send.</summary>
    [JsonPropertyName("registration_client_uri")]
    public JsonElement? ManagementUri { get; init; }
}
