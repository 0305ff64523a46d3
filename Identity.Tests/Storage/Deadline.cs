using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>An entity with a member that must be there, and is kept for a while longer than it says.</summary>
internal sealed class Deadline : Entity
{
    public required DateTimeOffset Until { get; init; }

    public string? Name { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(Deadline))]
internal sealed partial class DeadlineJson : JsonSerializerContext;
