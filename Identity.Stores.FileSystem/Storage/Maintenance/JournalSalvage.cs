using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Applies every line of a damaged journal that its checksum bears out, and notes the rest.</summary>
internal sealed class JournalSalvage(
    IFileSystem files, string directory, IReadOnlyDictionary<string, CollectionState> states, Manifest? manifest, List<StorageFinding> findings)
{
    /// <summary>The greatest sequence number seen.</summary>
    public long Sequence { get; private set; }

    /// <summary>The number of the last segment that there is or was.</summary>
    public long LastSegment { get; private set; }

    /// <summary>The time of the newest line.</summary>
    public DateTimeOffset Newest { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>The oldest format of a segment.</summary>
    public int Format { get; private set; } = StorageFormat.Current;

    public void Read()
    {
        var present = files.ListFiles(directory).Select(name => JournalSegment.TryParse(name, out var number) ? number : 0).Where(number => number > 0).ToList();
        LastSegment = present.Concat(manifest?.Segments ?? []).Append(manifest?.Folded ?? 0).Max();
        foreach (var number in manifest?.Segments.Where(number => !present.Contains(number)) ?? [])
        {
            Note(JournalSegment.FileName(number), null, "it is missing, and with it the changes that it held");
        }

        var segments = present.Where(Counts).Select(ReadHead).OrderBy(segment => segment.Number).ToList();
        for (var index = 0; index < segments.Count; index++)
        {
            // What stands behind the line after which a later segment goes on had failed and was given up.
            var until = segments.Skip(index + 1).Select(segment => segment.After).DefaultIfEmpty(long.MaxValue).Min();
            ReadLines(segments[index].Name, until, isLast: index == segments.Count - 1);
        }
    }

    private bool Counts(long number) => manifest is null || manifest.Segments.Contains(number) || (manifest.Format > 1 && number > manifest.Folded);

    /// <returns>The name, the number that the segment itself says it has, and after which line it goes on.</returns>
    private (string Name, long Number, long After) ReadHead(long number)
    {
        var name = JournalSegment.FileName(number);
        using var lines = new LineReader(files.OpenRead(Path.Combine(directory, name)));
        if (lines.TryRead(out var line) && IntactObjects.Find(line, "{\"format\":"u8) is [var range, ..] &&
            JsonSerializer.Deserialize(line[range], StorageJson.Default.JournalHead) is { } head)
        {
            if (head.Format > StorageFormat.Current)
            {
                throw StorageFormat.Newer(Path.Combine(directory, name), head.Format);
            }

            if (head.Segment != number)
            {
                Note(name, 1, FormattableString.Invariant($"it is segment {head.Segment} of the journal"));
            }

            Format = Math.Min(Format, head.Format);
            NoteTime(head.At);
            return (name, head.Segment, head.After);
        }

        return (name, number, FindStart(lines));
    }

    /// <summary>Without its head, the first line that can be read says what was durable before it, and so where the segment began.</summary>
    private static long FindStart(LineReader lines)
    {
        while (lines.TryRead(out var line))
        {
            if (Parse(line) is [var (first, _), ..])
            {
                return first.Durable;
            }
        }

        return long.MaxValue;
    }

    private void ReadLines(string name, long until, bool isLast)
    {
        using var lines = new LineReader(files.OpenRead(Path.Combine(directory, name)));
        long last = 0;
        while (lines.TryRead(out var line))
        {
            if (JournalSegment.IsFilling(line) || (lines.Number is 1 && ChecksummedLine.IsIntact(line, "}"u8)))
            {
                continue;
            }

            var parsed = Parse(line);
            if (parsed is not [var (_, only)] || only.End.Value != line.Length || only.Start.Value is not 0)
            {
                if (last < until)
                {
                    Note(name, lines.Number, lines.Number is 1 ? "the head is damaged"
                        : isLast ? "the line is damaged, or was being written when the server stopped" : "the line is damaged", JournalSegment.TrimFilling(line));
                }
            }

            foreach (var (change, range) in parsed)
            {
                last = change.Sequence;
                if (change.Sequence <= until)
                {
                    Apply(name, lines.Number, change, line[range]);
                }
            }
        }
    }

    private static List<(JournalLine Line, Range Range)> Parse(ReadOnlySpan<byte> line)
    {
        List<(JournalLine, Range)> parsed = [];
        foreach (var range in IntactObjects.Find(line, "{\"seq\":"u8))
        {
            if (JournalLine.TryParse(line[range]) is { } change)
            {
                parsed.Add((change, new Range(range.Start.GetOffset(line.Length), range.End.GetOffset(line.Length))));
            }
        }

        return parsed;
    }

    private void Apply(string name, long number, JournalLine parsed, ReadOnlySpan<byte> line)
    {
        foreach (var change in parsed.Changes)
        {
            if (!states.TryGetValue(change.Collection, out var state))
            {
                Note(name, number, $"it changes a collection '{change.Collection}' that this program does not know", line);
                continue;
            }

            if (parsed.Sequence <= state.SnapshotAt)
            {
                continue;
            }

            try
            {
                var entity = change.Put is { } range ? state.Deserialize(line[range]) : null;
                state.Set(entity?.Id ?? change.Deleted!, entity);
            }
            catch (JsonException exception)
            {
                Note(name, number, $"an entry cannot be read ({exception.Message})", line);
            }
        }

        Sequence = Math.Max(Sequence, parsed.Sequence);
        NoteTime(parsed.At);
    }

    private void NoteTime(string? at) => Newest = Timestamp.TryParse(at, out var time) && time > Newest ? time : Newest;

    private void Note(string file, long? line, string problem, ReadOnlySpan<byte> content = default)
        => findings.Add(new StorageFinding(file, line, problem) { Content = content.IsEmpty ? null : content.ToArray() });
}
