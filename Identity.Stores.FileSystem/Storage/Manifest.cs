using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// <c>manifest.json</c>: what must be there. Without it a lost file would look like one that never was.
/// </summary>
internal sealed record Manifest
{
    public const string FileName = "manifest.json";

    public int Format { get; init; } = StorageFormat.Current;

    /// <summary>Every collection, and up to which sequence number its file is known to go.</summary>
    public ImmutableSortedDictionary<string, long> Collections { get; init; } = Empty<long>();

    /// <summary>The journal's segments, oldest first.</summary>
    public ImmutableArray<long> Segments { get; init; } = [];

    /// <summary>
    /// The last segment whose lines are all in the collections' files. One that is there, later than that and not among
    /// <see cref="Segments"/>, was opened when the process ended, and holds no line.
    /// </summary>
    public long Folded { get; init; }

    /// <summary>The sequence number with which the first segment goes on, or the collections' files end.</summary>
    public long Sequence { get; init; }

    /// <summary>The files that hosts keep beside the collections, by <c>folder/name</c>, with their checksums.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } = Empty<string>();

    /// <summary>Such files that were being written: they may be there, or not yet.</summary>
    public ImmutableSortedDictionary<string, string> Pending { get => field ?? Empty<string>(); init; }

    /// <summary>The manifest of the directory once all collections' files together cover the whole journal, up to a sequence number.</summary>
    /// <param name="sequence">The number.</param>
    /// <param name="states">
    /// All collections, not only those that were written anew: a file may be newer than the manifest says, where a kill came between the two.
    /// </param>
    public Manifest Folding(long sequence, IEnumerable<CollectionState> states) => this with
    {
        Format = StorageFormat.Current,
        Collections = Collections.SetItems(states.Where(state => Collections.ContainsKey(state.Name)).Select(state => KeyValuePair.Create(state.Name, state.SnapshotAt))),
        Segments = [],
        Folded = Segments.Append(Folded).Max(),
        Sequence = sequence,
    };

    /// <returns>The manifest, or null where there is none.</returns>
    public static Manifest? Read(IFileSystem files, string directory)
    {
        var path = Path.Combine(directory, FileName);
        return files.FileExists(path) ? SealedJson.Read(files, path, ManifestJson.Default.Manifest) : null;
    }

    public byte[] ToBytes() => SealedJson.Write(this, ManifestJson.Default.Manifest);

    public static ImmutableSortedDictionary<string, TValue> Empty<TValue>()
        => ImmutableSortedDictionary.Create<string, TValue>(StringComparer.Ordinal);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ReplacementPlan))]
internal sealed partial class ManifestJson : JsonSerializerContext;
