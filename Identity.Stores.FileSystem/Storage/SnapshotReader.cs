using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Reads a collection's file and believes nothing that its checksums do not bear out.</summary>
internal static class SnapshotReader
{
    /// <returns>What the head says.</returns>
    public static SnapshotHead Read(IFileSystem files, string path, CollectionState state, ref long version)
    {
        using var lines = new LineReader(files.OpenRead(path));
        var head = ReadHead(lines, path, state);
        var entries = new EntryLoader(path, state, head.Count, lines.Length);
        for (var index = 0; index < head.Count; index++)
        {
            if (!lines.TryRead(out var line) || !lines.IsTerminated)
            {
                entries.Complete();
                throw Damaged(path, lines.Number, $"the file ends there, though it should hold {head.Count} entries");
            }

            entries.Add(line, lines.Number);
        }

        entries.Complete();
        version = Math.Max(version, entries.Version);
        if (!lines.TryRead(out var last) || !lines.IsTerminated || !last.SequenceEqual(Snapshot.FileEnd[..^1]) || lines.TryRead(out _))
        {
            throw Damaged(path, lines.Number, "the file does not end as it should");
        }

        return head;
    }

    private static SnapshotHead ReadHead(LineReader lines, string path, CollectionState state)
    {
        if (!lines.TryRead(out var line))
        {
            throw Damaged(path, 1, "the file is empty");
        }

        var head = ParseHead(line) ?? throw Damaged(path, lines.Number, "the head is damaged");
        if (head.Format > StorageFormat.Current)
        {
            throw StorageFormat.Newer(path, head.Format);
        }

        if (head.Collection != state.Name)
        {
            throw Damaged(path, lines.Number, $"it is the file of the collection '{head.Collection}'");
        }

        return head.Count >= 0 && head.Time != DateTimeOffset.MinValue ? head : throw Damaged(path, lines.Number, "the head is damaged");
    }

    /// <returns>The head, or null where the line is none or its checksum does not fit.</returns>
    public static SnapshotHead? ParseHead(ReadOnlySpan<byte> line)
        => ChecksummedLine.IsIntact(line, Snapshot.HeadEnd) ? JsonSerializer.Deserialize([.. line, .. Snapshot.FileEnd], StorageJson.Default.SnapshotHead) : null;

    private static StorageException Damaged(string path, long line, string what) => FileDamage.Collection(path, line, what);
}

/// <summary>The first line of a collection's file.</summary>
internal sealed record SnapshotHead
{
    public int Format { get; init; }

    public string? Collection { get; init; }

    public long Seq { get; init; }

    public int Count { get; init; }

    public string? At { get; init; }

    /// <summary>When the state was captured.</summary>
    [JsonIgnore]
    public DateTimeOffset Time => Timestamp.TryParse(At, out var time) ? time : DateTimeOffset.MinValue;
}

/// <summary>The first line of a journal segment.</summary>
internal sealed record JournalHead
{
    public int Format { get; init; }

    public long Segment { get; init; }

    public long After { get; init; }

    public int Chunk { get; init; }

    public string? At { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SnapshotHead))]
[JsonSerializable(typeof(JournalHead))]
internal sealed partial class StorageJson : JsonSerializerContext;
