using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// <c>manifest.json</c>: what must be there. Without it a lost file would look like one that never was.
/// </summary>
internal sealed record Manifest
{
    public const string FileName = "manifest.json";
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Every collection, and up to which sequence number its file is known to go.</summary>
    public ImmutableSortedDictionary<string, long> Collections { get; init; } = Empty<long>();

    /// <summary>The journal's segments, oldest first.</summary>
    public ImmutableArray<long> Segments { get; init; } = [];

    /// <summary>The sequence number with which the first segment goes on, or the collections' files end.</summary>
    public long Sequence { get; init; }

    /// <summary>The files that hosts keep beside the collections, by <c>folder/name</c>, with their checksums.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } = Empty<string>();

    public static Manifest? Read(IFileSystem files, string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!files.FileExists(path))
        {
            return null;
        }

        var content = files.ReadAllBytes(path);
        var format = ReadFormat(content);
        if (format > CurrentFormat)
        {
            throw new StorageException($"'{path}' has format {format}, which a newer version wrote. Run that version, or restore a backup.");
        }

        if (!ChecksummedLine.IsIntact(content, "}\n"u8))
        {
            throw Damaged(path);
        }

        try
        {
            return JsonSerializer.Deserialize(content, ManifestJson.Default.Manifest) ?? throw Damaged(path);
        }
        catch (JsonException)
        {
            throw Damaged(path);
        }
    }

    public void Write(IFileSystem files, string directory)
    {
        var output = new ArrayBufferWriter<byte>(1_024);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.Manifest).AsSpan()[..^1].TrimEnd("\n"u8));
        ChecksummedLine.Seal(output, 0, "}\n"u8);
        files.WriteAtomically(Path.Combine(directory, FileName), output.WrittenSpan);
    }

    private static int ReadFormat(ReadOnlySpan<byte> content)
    {
        try
        {
            var reader = new Utf8JsonReader(content);
            return reader.Read() && reader.Read() && reader.ValueTextEquals("format"u8) && reader.Read() && reader.TryGetInt32(out var format) ? format : 0;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return 0;
        }
    }

    private static StorageException Damaged(string path)
        => new($"'{path}' is damaged: its checksum does not fit. Nothing was changed. Restore the directory from a backup, or go on with what is sound ('storage recover').");

    public static ImmutableSortedDictionary<string, TValue> Empty<TValue>()
        => ImmutableSortedDictionary.Create<string, TValue>(StringComparer.Ordinal);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
