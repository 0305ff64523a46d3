using System.Text.Json.Serialization;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Who holds the directory.</summary>
internal sealed record DirectoryOwner(int ProcessId, string Machine, string Since);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DirectoryOwner))]
internal sealed partial class DirectoryOwnerJson : JsonSerializerContext;
