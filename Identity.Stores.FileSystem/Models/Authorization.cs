using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Stores.FileSystem.Models;

/// <summary>A connection of a user and a client, to which tokens belong; kept in <c>authorizations.json</c>.</summary>
public sealed class Authorization : Entity
{
    /// <summary>The <see cref="Entity.Id"/> of the <see cref="Application"/>.</summary>
    public string? ApplicationId { get; set; }

    /// <summary>The user.</summary>
    public string? Subject { get; set; }

    /// <summary><c>valid</c>, <c>revoked</c>, or another of OpenIddict's statuses.</summary>
    [JsonConverter(typeof(SharedText.Converter))]
    public string? Status { get; set; }

    /// <summary><c>ad-hoc</c> or <c>permanent</c>.</summary>
    [JsonConverter(typeof(SharedText.Converter))]
    public string? Type { get; set; }

    /// <summary>The granted scopes.</summary>
    public ImmutableArray<string> Scopes { get; set; } = [];

    /// <summary>When it began.</summary>
    public DateTimeOffset? CreationDate { get; set; }

    /// <summary>Whatever else a host keeps with it.</summary>
    public ImmutableDictionary<string, JsonElement> Properties { get; set; } = ImmutableDictionary<string, JsonElement>.Empty;
}
