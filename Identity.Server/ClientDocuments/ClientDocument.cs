using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Identity.Server.Registration;

namespace Identity.Server.ClientDocuments;

/// <summary>What a client says about itself in its document, checked.</summary>
internal sealed record ClientDocument
{
    /// <summary>What it would be registered with.</summary>
    [JsonPropertyName("metadata")]
    public required ClientMetadata Metadata { get; init; }

    /// <summary>How it may authenticate: <c>none</c>, <c>private_key_jwt</c>, or either of them, as it chooses at each request.</summary>
    [JsonPropertyName("authentication_methods")]
    public required ImmutableArray<string> AuthenticationMethods { get; init; }

    /// <summary>Its public keys.</summary>
    [JsonPropertyName("jwks")]
    public JsonElement? Keys { get; init; }

    /// <summary>Where its public keys are published, in place of the keys themselves.</summary>
    [JsonPropertyName("jwks_uri")]
    public string? KeysAddress { get; init; }
}

/// <summary>What is kept on disk of a document, with the client of which it is the description.</summary>
internal sealed record KeptDocument(
    [property: JsonPropertyName("document")] ClientDocument Document,
    [property: JsonPropertyName("fetched_at")] DateTimeOffset FetchedAt,
    [property: JsonPropertyName("fresh_until")] DateTimeOffset FreshUntil,
    [property: JsonPropertyName("is_gone")] bool IsGone);

/// <summary>What is kept on disk of the keys that a client publishes at its <c>jwks_uri</c>.</summary>
internal sealed record KeptKeys(
    [property: JsonPropertyName("jwks")] JsonElement Keys,
    [property: JsonPropertyName("jwks_uri")] string Address,
    [property: JsonPropertyName("fetched_at")] DateTimeOffset FetchedAt,
    [property: JsonPropertyName("fresh_until")] DateTimeOffset FreshUntil,
    [property: JsonPropertyName("is_gone")] bool IsGone);

[JsonSourceGenerationOptions(MaxDepth = 16, AllowDuplicateProperties = false, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientDocumentRequest))]
[JsonSerializable(typeof(KeptDocument))]
[JsonSerializable(typeof(KeptKeys))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ClientDocumentJson : JsonSerializerContext;

/// <summary>The members of a document that a registration does not have, or that a document may not have.</summary>
internal sealed record ClientDocumentRequest
{
    /// <summary>The address of the document.</summary>
    [JsonPropertyName("client_id")]
    public string? ClientId { get; init; }

    /// <summary>Anything that would be a secret, were it not published.</summary>
    [JsonPropertyName("client_secret")]
    public JsonElement? ClientSecret { get; init; }

    /// <summary>When that would expire.</summary>
    [JsonPropertyName("client_secret_expires_at")]
    public JsonElement? ClientSecretExpiresAt { get; init; }

    /// <summary>How the client authenticates.</summary>
    [JsonPropertyName("token_endpoint_auth_method")]
    public string? AuthenticationMethod { get; init; }

    /// <summary>How else it may authenticate.</summary>
    [JsonPropertyName("token_endpoint_auth_methods_supported")]
    public string?[]? AuthenticationMethods { get; init; }

    /// <summary>Its public keys.</summary>
    [JsonPropertyName("jwks")]
    public JsonElement? Keys { get; init; }

    /// <summary>Where they are.</summary>
    [JsonPropertyName("jwks_uri")]
    public string? KeysAddress { get; init; }
}
