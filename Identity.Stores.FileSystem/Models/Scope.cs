using System.Collections.Immutable;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Stores.FileSystem.Models;

/// <summary>A scope that clients may ask for, kept in <c>scopes.json</c>.</summary>
public sealed class Scope : Entity
{
    /// <summary>The name (RFC 6749 §3.3).</summary>
    public string? Name { get; set; }

    /// <summary>The name that users see.</summary>
    public string? DisplayName { get; set; }

    /// <summary>The name that users see, by culture.</summary>
    public ImmutableDictionary<string, string> DisplayNames { get; set; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What it allows, in words for users.</summary>
    public string? Description { get; set; }

    /// <summary>What it allows, by culture.</summary>
    public ImmutableDictionary<string, string> Descriptions { get; set; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The resources that it gives access to.</summary>
    public ImmutableArray<string> Resources { get; set; } = [];

    /// <summary>Whatever else a host keeps with it.</summary>
    public ImmutableDictionary<string, JsonElement> Properties { get; set; } = ImmutableDictionary<string, JsonElement>.Empty;
}
