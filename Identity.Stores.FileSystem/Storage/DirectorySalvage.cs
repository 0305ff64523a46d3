using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Reads a damaged directory: every entry and every journal line that its checksum bears out is taken, everything else noted.
/// It changes nothing on disk.
/// </summary>
internal sealed class DirectorySalvage(IFileSystem files, string directory, IReadOnlyDictionary<string, CollectionState> states)
{
    private readonly List<StorageFinding> _findings = [];

    public IReadOnlyList<StorageFinding> Findings => _findings;

    /// <summary>The manifest, where it can be read.</summary>
    public Manifest? Manifest { get; private set; }

    public long Sequence { get; private set; }

    public long Version { get; private set; }

    public void Read()
    {
        ReadManifest();
        foreach (var state in states.Values.Where(state => state.IsDurable))
        {
            ReadCollection(state);
        }

        var segments = files.ListFiles(directory)
            .Select(name => (Name: name, IsSegment: JournalSegment.TryParse(name, out var number), Number: number))
            // A segment that the manifest does not name never held a line that counted.
            .Where(file => file.IsSegment && (Manifest is null || Manifest.Segments.Contains(file.Number)))
            .OrderBy(file => file.Number).ToList();
        foreach (var number in Manifest?.Segments ?? [])
        {
            if (!segments.Exists(segment => segment.Number == number))
            {
                Note(JournalSegment.FileName(number), null, "it is missing, and with it the changes that it held");
            }
        }

        var heads = segments.Select(segment => ReadHead(segment.Name)).ToList();
        for (var index = 0; index < segments.Count; index++)
        {
            var until = heads.Skip(index + 1).FirstOrDefault(head => head is not null)?.After ?? long.MaxValue;
            ReadSegment(segments[index].Name, until, isLast: index == segments.Count - 1);
        }

        CheckFiles();
    }

    private void ReadManifest()
    {
        try
        {
            Manifest = Manifest.Read(files, directory);
            if (Manifest is null)
            {
                Note(Manifest.FileName, null, "it is missing");
            }
        }
        catch (StorageException exception)
        {
            Note(Manifest.FileName, null, exception.Message);
        }
    }

    private void ReadCollection(CollectionState state)
    {
        var path = Path.Combine(directory, state.FileName);
        if (!files.FileExists(path))
        {
            if (Manifest is null || Manifest.Collections.ContainsKey(state.Name))
            {
                Note(state.FileName, null, "it is missing");
            }

            return;
        }

        using var lines = new LineReader(files.OpenRead(path));
        var count = 0;
        SnapshotHead? head = null;
        while (lines.TryRead(out var line))
        {
            if (lines.Number is 1 && ChecksummedLine.IsIntact(line, Snapshot.HeadEnd))
            {
                head = JsonSerializer.Deserialize([.. line, .. Snapshot.FileEnd], StorageJson.Default.SnapshotHead);
            }
            else if (TryReadEntry(state, line))
            {
                count++;
            }
            else if (!line.SequenceEqual(Snapshot.FileEnd[..^1]))
            {
                Note(state.FileName, lines.Number, lines.Number is 1 ? "the head is damaged" : "the checksum does not fit the entry", line);
            }
        }

        // Without its head a file is taken for as old as the manifest says, so that journal lines are applied rather than passed over.
        state.SnapshotAt = head?.Seq ?? Manifest?.Collections.GetValueOrDefault(state.Name) ?? 0;
        Sequence = Math.Max(Sequence, state.SnapshotAt);
        if (head is not null && head.Count != count)
        {
            Note(state.FileName, null, FormattableString.Invariant($"it says that it holds {head.Count} entries; {count} can be read"));
        }

        if (head is not null && Manifest?.Collections.TryGetValue(state.Name, out var expected) is true && head.Seq < expected)
        {
            Note(state.FileName, null, FormattableString.Invariant($"it is older than it should be: it ends at line {head.Seq} of the journal, the manifest says {expected}"));
        }
    }

    private bool TryReadEntry(CollectionState state, ReadOnlySpan<byte> line)
    {
        var json = line.EndsWith(","u8) ? line[..^1] : line;
        if (!ChecksummedLine.IsIntact(json, "}"u8))
        {
            return false;
        }

        try
        {
            var entity = state.Deserialize(json);
            if (entity.Id.Length is 0 || state.Get(entity.Id) is not null)
            {
                return false;
            }

            state.Set(entity.Id, entity);
            Version = Math.Max(Version, entity.Version);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private JournalHead? ReadHead(string name)
    {
        using var lines = new LineReader(files.OpenRead(Path.Combine(directory, name)));
        if (lines.TryRead(out var line) && ChecksummedLine.IsIntact(line, "}"u8))
        {
            return JsonSerializer.Deserialize(line, StorageJson.Default.JournalHead);
        }

        Note(name, 1, "the head is damaged", line);
        return null;
    }

    private void ReadSegment(string name, long until, bool isLast)
    {
        using var lines = new LineReader(files.OpenRead(Path.Combine(directory, name)));
        lines.TryRead(out _);
        while (lines.TryRead(out var line))
        {
            if (!line.ContainsAnyExcept(JournalSegment.Filler))
            {
                continue;
            }

            var parsed = ChecksummedLine.IsIntact(line, "}"u8) ? JournalLine.TryParse(line) : null;
            if (parsed is null)
            {
                Note(name, lines.Number, isLast ? "the line is damaged, or was being written when the server stopped" : "the line is damaged", line);
            }
            else if (parsed.Sequence <= until)
            {
                Apply(name, lines.Number, parsed, line);
            }
        }
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

            if (parsed.Sequence > state.SnapshotAt)
            {
                var entity = change.Put is { } range ? state.Deserialize(line[range]) : null;
                state.Set(entity?.Id ?? change.Deleted!, entity);
                Version = Math.Max(Version, entity?.Version ?? 0);
            }
        }

        Sequence = Math.Max(Sequence, parsed.Sequence);
    }

    private void CheckFiles()
    {
        foreach (var (name, checksum) in Manifest?.Files ?? System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty)
        {
            var path = Path.Combine(directory, name);
            if (!files.FileExists(path))
            {
                Note(name, null, "it is missing");
            }
            else if (ChecksummedLine.Of(files.ReadAllBytes(path)) != checksum)
            {
                Note(name, null, "its checksum does not fit");
            }
        }
    }

    private void Note(string file, long? line, string problem, ReadOnlySpan<byte> content = default)
        => _findings.Add(new StorageFinding(file, line, problem) { Content = content.IsEmpty ? null : content.ToArray() });
}
