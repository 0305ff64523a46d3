using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.ClientDocuments;

/// <summary>What of a client's document a user has agreed to: where its answers go, and how it proves who it is.</summary>
internal sealed class DocumentConsent : Entity
{
    /// <summary>The client, by the address of its document.</summary>
    public required string ClientId { get; set; }

    /// <summary>The user.</summary>
    public required string Subject { get; set; }

    /// <summary>The redirect URIs.</summary>
    public required ImmutableArray<string> RedirectUris { get; set; }

    /// <summary>The thumbprints (RFC 7638) of the keys, or the address at which they are published.</summary>
    public required ImmutableArray<string> Keys { get; set; }

    /// <summary>When the user agreed last.</summary>
    public required DateTimeOffset ConsentDate { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DocumentConsent))]
internal sealed partial class DocumentConsentJson : JsonSerializerContext;
