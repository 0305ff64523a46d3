using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Identity.Server.Registration;

/// <summary>
/// What a client is told about its registration (RFC 7591, section 3.2.1; RFC 7592, section 3): what it is registered with, and what it was
/// given.
/// </summary>
internal sealed record RegistrationResponse : ClientMetadata
{
    /// <summary>Creates a response.</summary>
    /// <param name="metadata">What the client is registered with.</param>
    /// <param name="clientId">Its identifier.</param>
    /// <param name="issuedAt">When it was registered, in seconds since 1970.</param>
    [SetsRequiredMembers]
    public RegistrationResponse(ClientMetadata metadata, string clientId, long issuedAt)
        : base(metadata)
        => (ClientId, ClientIdIssuedAt) = (clientId, issuedAt);

    /// <summary>The identifier of the client.</summary>
    [JsonPropertyName("client_id"), JsonPropertyOrder(-6)]
    public string ClientId { get; }

    /// <summary>When it was registered, in seconds since 1970.</summary>
    [JsonPropertyName("client_id_issued_at"), JsonPropertyOrder(-5)]
    public long ClientIdIssuedAt { get; }

    /// <summary>The secret of a client that has one, told when it is made and never again.</summary>
    [JsonPropertyName("client_secret"), JsonPropertyOrder(-4)]
    public string? ClientSecret { get; init; }

    /// <summary>When the secret expires: 0, which is never. There wherever there is a secret.</summary>
    [JsonPropertyName("client_secret_expires_at"), JsonPropertyOrder(-3)]
    public long? ClientSecretExpiresAt => ClientSecret is null ? null : 0;

    /// <summary>What the registration is read, updated and deleted with, where it has an owner.</summary>
    [JsonPropertyName("registration_access_token"), JsonPropertyOrder(-2)]
    public string? ManagementToken { get; init; }

    /// <summary>Where the registration is read, updated and deleted, where it has an owner.</summary>
    [JsonPropertyName("registration_client_uri"), JsonPropertyOrder(-1)]
    public string? ManagementUri { get; init; }
}
