using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Benchmarks.Engine;

/// <summary>An entry of the size and with the indexes of a refresh token's.</summary>
public sealed class Grant : Entity
{
    /// <summary>A hash.</summary>
    public string? ReferenceId { get; set; }

    /// <summary>To which connection it belongs.</summary>
    public string? AuthorizationId { get; set; }

    /// <summary>To which client.</summary>
    public string? ApplicationId { get; set; }

    /// <summary>To which user.</summary>
    public string? Subject { get; set; }

    /// <summary><c>valid</c> or <c>redeemed</c>.</summary>
    public string? Status { get; set; }

    /// <summary>What is protected in it.</summary>
    public string? Payload { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Grant))]
internal sealed partial class GrantJson : JsonSerializerContext;
