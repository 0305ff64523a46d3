using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.Registration.InitialAccess;

/// <summary>Allows some clients to be registered (RFC 7591, section 1.2).</summary>
internal sealed class InitialAccessToken : Entity
{
    /// <summary>The hash of its value.</summary>
    public required string Hash { get; set; }

    /// <summary>What the administrator calls it.</summary>
    public string? Name { get; set; }

    /// <summary>How many clients may be registered with it.</summary>
    public required int MaximumUses { get; set; }

    /// <summary>How many clients were registered with it.</summary>
    public int Uses { get; set; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreationDate { get; set; }

    /// <summary>Until when it can be used.</summary>
    public required DateTimeOffset ExpirationDate { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InitialAccessToken))]
internal sealed partial class InitialAccessJson : JsonSerializerContext;
