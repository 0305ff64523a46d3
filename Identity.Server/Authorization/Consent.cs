using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.Authorization;

/// <summary>
/// What a user has agreed that a client may have, for one resource. It only spares the question next time: no token
/// names it, and a connection neither begins nor ends with it.
/// </summary>
internal sealed class Consent : Entity
{
    /// <summary>The client, by the identifier it presents.</summary>
    public required string ClientId { get; set; }

    /// <summary>The user.</summary>
    public required string Subject { get; set; }

    /// <summary>The resource; null where the client named none.</summary>
    public string? Resource { get; set; }

    /// <summary>The scopes, in ordinal order.</summary>
    public required ImmutableArray<string> Scopes { get; set; }

    /// <summary>What was asked for as well and the user left out, in ordinal order; null: nothing.</summary>
    public ImmutableArray<string>? Declined { get; set; }

    /// <summary>Until when the user wants to be connected, and is not asked again; null: for as long as the settings let connections last.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>When the user agreed last.</summary>
    public required DateTimeOffset ConsentDate { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Consent))]
internal sealed partial class ConsentJson : JsonSerializerContext;
