using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>An entity of the tests' own.</summary>
internal sealed class Note : Entity
{
    public static readonly CollectionIndex<Note> ByOwner = new("owner", note => note.Owner);
    public static readonly CollectionIndex<Note> ByTitle = new("title", note => note.Title, unique: true);

    public string? Owner { get; set; }

    public string? Title { get; set; }

    public string? Text { get; set; }

    public DateTimeOffset? Expires { get; set; }

    public ImmutableArray<string>? Tags { get; set; }

    public ImmutableDictionary<string, JsonElement>? Extra { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Note))]
internal sealed partial class NoteJson : JsonSerializerContext;
