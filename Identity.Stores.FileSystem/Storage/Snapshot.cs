using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>What the changed collections hold at one sequence number.</summary>
internal sealed record SnapshotCapture(long Sequence, DateTimeOffset Time, IReadOnlyList<(CollectionState State, Entity[] Entities)> Collections);

/// <summary>Writes a collection's file: valid JSON, a head, then one entry a line, each line with its checksum.</summary>
internal static class Snapshot
{
    private const int BufferSize = 256 * 1_024;

    public static ReadOnlySpan<byte> HeadEnd => ",\"entries\":["u8;

    public static ReadOnlySpan<byte> FileEnd => "]}\n"u8;

    /// <param name="files">The file system.</param>
    /// <param name="path">The file, which is not there yet.</param>
    /// <param name="state">The collection.</param>
    /// <param name="entities">What it holds; it is brought into the order of the file.</param>
    /// <param name="sequence">The sequence number at which it holds that.</param>
    /// <param name="at">The time of the newest record in it.</param>
    public static void Write(IFileSystem files, string path, CollectionState state, Entity[] entities, long sequence, DateTimeOffset at)
    {
        Array.Sort(entities, state.Definition.Order);
        using var file = files.CreateFile(path);
        var output = new ArrayBufferWriter<byte>(Math.Min(1_024 * (entities.Length + 1), BufferSize + (BufferSize / 4)));
        long offset = 0;
        WriteHead(output, state.Name, sequence, entities.Length, at);
        var entry = new ArrayBufferWriter<byte>(1_024);
        using var writer = new Utf8JsonWriter(entry, JournalPayload.WriterOptions);
        for (var index = 0; index < entities.Length; index++)
        {
            state.Serialize(writer, entities[index]);
            writer.Flush();
            WriteEntry(output, entry.WrittenSpan, index == entities.Length - 1);
            entry.ResetWrittenCount();
            writer.Reset();
            if (output.WrittenCount >= BufferSize)
            {
                file.Write(output.WrittenSpan, offset);
                offset += output.WrittenCount;
                output.ResetWrittenCount();
            }
        }

        output.Write(FileEnd);
        file.Write(output.WrittenSpan, offset);
        file.Flush();
    }

    /// <summary>The first line of a file, up to its checksum.</summary>
    public static byte[] HeadText(int format, string name, long sequence, int count, string at) => Encoding.UTF8.GetBytes(FormattableString.Invariant(
        $$"""{"format":{{format}},"collection":"{{name}}","seq":{{sequence}},"count":{{count}},"at":"{{at}}" """).TrimEnd());

    private static void WriteHead(ArrayBufferWriter<byte> output, string name, long sequence, int count, DateTimeOffset at)
    {
        output.Write(HeadText(StorageFormat.Current, name, sequence, count, Timestamp.Format(at)));
        ChecksummedLine.Seal(output, 0, HeadEnd);
        output.Write("\n"u8);
    }

    private static void WriteEntry(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> json, bool isLast)
    {
        // The checksum becomes the entry's last member, so the closing brace has to wait for it.
        var start = output.WrittenCount;
        output.Write(json[..^1]);
        ChecksummedLine.Seal(output, start, isLast ? "}\n"u8 : "},\n"u8);
    }
}
