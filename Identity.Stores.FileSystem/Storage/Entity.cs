using System.Text.Json.Serialization;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Base of everything a <see cref="Collection{T}"/> keeps. Members of derived classes must be immutable values (strings,
/// numbers, dates, immutable collections): a copy of an entity is shallow.
/// </summary>
public abstract class Entity
{
    /// <summary>The identifier, unique within its collection. Assigned when the entity is added, unless it has one.</summary>
    [JsonPropertyName("id"), JsonPropertyOrder(-100)]
    public string Id { get; set; } = string.Empty;

    /// <summary>
    /// Changes with every write and is never used twice: an update that carries an older one than the collection holds is
    /// refused. Set by the collection.
    /// </summary>
    [JsonPropertyName("version"), JsonPropertyOrder(100)]
    public long Version { get; set; }

    internal Entity Copy() => (Entity)MemberwiseClone();
}
