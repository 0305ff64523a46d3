using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Replays the journal's segments. What nobody was told of, the tail of the last segment behind the last durable line, is
/// reported to be cut off; damage anywhere before it stops the start.
/// </summary>
internal sealed class JournalReader(IFileSystem files, string directory, IReadOnlyDictionary<string, CollectionState> states)
{
    /// <summary>The last line that was applied.</summary>
    public long Sequence { get; private set; }

    /// <summary>The largest version that an entity was seen to have.</summary>
    public long Version { get; private set; }

    /// <summary>The time of the newest line.</summary>
    public DateTimeOffset Newest { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Bytes read.</summary>
    public long Length { get; private set; }

    /// <summary>The unacknowledged rest of the last segment, if there is one.</summary>
    public JournalTail? Tail { get; private set; }

    /// <summary>The last lines that nothing says were flushed; null where there are none.</summary>
    public JournalSpan? Unconfirmed { get; private set; }

    /// <param name="manifest">Says which segments there are, and after which line the first one goes on.</param>
    /// <param name="durable">A line that is known to have been durable, since a file holds its change.</param>
    public void Replay(Manifest manifest, long durable)
    {
        Sequence = manifest.Sequence;
        var segments = manifest.Segments;
        var heads = segments.Select(segment => ReadHead(segment, manifest.Format)).ToList();
        for (var index = 0; index < segments.Length; index++)
        {
            var path = PathOf(segments[index]);
            if (heads[index].After != Sequence)
            {
                throw FileDamage.AtLine(path, 1, $"it goes on after line {heads[index].After} of the journal, but {Sequence} came before it");
            }

            // Where another segment follows, it says how far this one counts: the rest had failed and was given up.
            long? until = index + 1 < segments.Length ? heads[index + 1].After : null;
            ReplaySegment(path, heads[index], until, durable);
        }
    }

    private void ReplaySegment(string path, JournalHead head, long? until, long knownDurable)
    {
        var durable = until ?? Math.Max(knownDurable, FindDurableSequence(path));
        using var lines = new LineReader(files.OpenRead(path));
        lines.TryRead(out _);
        while (Sequence < (until ?? long.MaxValue) && lines.TryRead(out var line))
        {
            if (!lines.IsTerminated && JournalSegment.IsFilling(line))
            {
                ThrowIfCutShort(path, lines, head);
                break;
            }

            var parsed = lines.IsTerminated && ChecksummedLine.IsIntact(line, "}"u8) ? JournalLine.TryParse(line) : null;
            if (parsed?.Sequence != Sequence + 1)
            {
                if (Sequence < durable)
                {
                    throw FileDamage.AtLine(path, lines.Number, $"line {Sequence + 1} of the journal is missing or its checksum does not fit");
                }

                ThrowIfCutShort(path, lines, head);
                Tail = new(path, lines.Offset);
                return;
            }

            Apply(path, lines.Number, parsed, line);
            Length += line.Length;
            if (Sequence > durable)
            {
                Unconfirmed = new(path, Unconfirmed?.Offset ?? lines.Offset, lines.NextOffset);
            }
        }

        if (until is null && lines.IsTerminated)
        {
            ThrowIfCutShort(path, lines, head);
        }

        if (Sequence < durable)
        {
            throw FileDamage.AtLine(path, lines.Number, $"it ends at line {Sequence} of the journal, but line {durable} was written");
        }
    }

    private JournalHead ReadHead(long segment, int format)
    {
        var path = PathOf(segment);
        if (!files.FileExists(path))
        {
            throw FileDamage.Missing(path);
        }

        using var lines = new LineReader(files.OpenRead(path));
        if (!lines.TryRead(out var line) || !lines.IsTerminated || !ChecksummedLine.IsIntact(line, "}"u8))
        {
            throw FileDamage.AtLine(path, 1, "the head is damaged");
        }

        var head = JsonSerializer.Deserialize(line, StorageJson.Default.JournalHead);
        if (head?.Format > StorageFormat.Current)
        {
            throw StorageFormat.Newer(path, head.Format);
        }

        if (head?.Segment != segment || head.Chunk <= 0 || head.Format != format)
        {
            throw FileDamage.AtLine(path, 1, "the head is that of another segment");
        }

        if (!IsWhole(path, head))
        {
            throw FileDamage.Whole(path, $"it was cut short to {lines.Length} bytes");
        }

        NoteTime(head.At);
        return head;
    }

    /// <summary>Whether a chunk that no line has outgrown is there to its end.</summary>
    private bool IsWhole(string path, JournalHead head)
    {
        using var stream = files.OpenRead(path);
        if (head.Format is 1)
        {
            // Without marks a cut in the middle of a line is all that can be seen here.
            stream.Position = stream.Length - 1;
            return (byte)stream.ReadByte() is (byte)'\n' or JournalSegment.Filler;
        }

        for (var end = stream.Length - (stream.Length % head.Chunk); end > 0; end -= head.Chunk)
        {
            stream.Position = end - 1;
            if (stream.ReadByte() is JournalSegment.Mark)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Format 1 had no mark: there, only a chunk without a line may be incomplete.</summary>
    private static void ThrowIfCutShort(string path, LineReader lines, JournalHead head)
    {
        var end = lines.IsTerminated ? lines.NextOffset : lines.Offset;
        if (head.Format is 1 && lines.Length % head.Chunk is not 0 && end > lines.Length - (lines.Length % head.Chunk))
        {
            throw FileDamage.AtLine(path, lines.Number, $"it was cut short to {lines.Length} bytes");
        }
    }

    /// <summary>Any line that can still be read says what was durable before it.</summary>
    private long FindDurableSequence(string path)
    {
        var durable = Sequence;
        using var lines = new LineReader(files.OpenRead(path));
        lines.TryRead(out _);
        while (lines.TryRead(out var line))
        {
            // Where a line feed is what was damaged, an intact line stands behind the start of another.
            var start = 0;
            while (start < line.Length && !ChecksummedLine.IsIntact(line[start..], "}"u8))
            {
                var next = line[(start + 1)..].IndexOf("{\"seq\":"u8);
                start = next < 0 ? line.Length : start + 1 + next;
            }

            if (start < line.Length)
            {
                durable = Math.Max(durable, JournalLine.TryParse(line[start..])?.Durable ?? 0);
            }
        }

        return durable;
    }

    private void Apply(string path, long number, JournalLine parsed, ReadOnlySpan<byte> line)
    {
        foreach (var change in parsed.Changes)
        {
            if (!states.TryGetValue(change.Collection, out var state))
            {
                throw FileDamage.AtLine(path, number, $"there is no collection '{change.Collection}'");
            }

            var entity = change.Put is { } range ? Deserialize(path, number, state, line[range]) : null;

            // The file of this collection may be newer than the segment: it was written while the segment was still needed by others.
            if (parsed.Sequence > state.SnapshotAt)
            {
                state.Set(entity?.Id ?? change.Deleted!, entity);
                state.ChangedAt = parsed.Sequence;
            }

            Version = Math.Max(Version, entity?.Version ?? 0);
        }

        Sequence = parsed.Sequence;
        NoteTime(parsed.At);
    }

    private static Entity Deserialize(string path, long number, CollectionState state, ReadOnlySpan<byte> json)
    {
        try
        {
            return state.Deserialize(json);
        }
        catch (JsonException exception)
        {
            throw FileDamage.AtLine(path, number, $"an entry cannot be read ({exception.Message})");
        }
    }

    private void NoteTime(string? at)
    {
        if (Timestamp.TryParse(at, out var time) && time > Newest)
        {
            Newest = time;
        }
    }

    private string PathOf(long segment) => Path.Combine(directory, JournalSegment.FileName(segment));
}

/// <summary>Bytes at the end of a segment that no request was told of.</summary>
internal sealed record JournalTail(string Path, long Offset);

/// <summary>Whole lines of a segment, from one place in it to another.</summary>
internal sealed record JournalSpan(string Path, long Offset, long End);
