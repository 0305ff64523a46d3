using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Identity.Server.Registration;

/// <summary>What a client is told when it was registered (RFC 7591, section 3.2.1): what it was registered with, and what it was given.</summary>
internal sealed record RegistrationResponse : ClientMetadata
{
    /// <summary>Creates a response.</summary>
    /// <param name="metadata">What the client was registered with.</param>
    /// <param name="clientId">Its identifier.</param>
    /// <param name="clientSecret">Its secret, if it is a confidential one.</param>
    /// <param name="issuedAt">When it was registered.</param>
    [SetsRequiredMembers]
    public RegistrationResponse(ClientMetadata metadata, string clientId, string? clientSecret, DateTimeOffset issuedAt)
        : base(metadata)
        => (ClientId, ClientSecret, ClientIdIssuedAt) = (clientId, clientSecret, issuedAt.ToUnixTimeSeconds());

    /// <summary>The identifier of the client.</summary>
    [JsonPropertyName("client_id"), JsonPropertyOrder(-4)]
    public string ClientId { get; }

    /// <summary>When it was registered, in seconds since 1970.</summary>
    [JsonPropertyName("client_id_issued_at"), JsonPropertyOrder(-3)]
    public long ClientIdIssuedAt { get; }

    /// <summary>The secret of a confidential client, told this once.</summary>
    [JsonPropertyName("client_secret"), JsonPropertyOrder(-2)]
    public string? ClientSecret { get; }

    /// <summary>When the secret expires: 0, which is never. There wherever there is a secret.</summary>
    [JsonPropertyName("client_secret_expires_at"), JsonPropertyOrder(-1)]
    public long? ClientSecretExpiresAt => ClientSecret is null ? null : 0;
}
