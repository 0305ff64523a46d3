using System.Collections.Immutable;
using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Reads a damaged directory: every entry and every line of the journal that its checksum bears out is taken, everything else
/// noted. It changes nothing on disk.
/// </summary>
internal sealed class DirectorySalvage(IFileSystem files, string directory, IReadOnlyDictionary<string, CollectionState> states)
{
    private readonly List<StorageFinding> _findings = [];
    private readonly Dictionary<string, string> _sound = new(StringComparer.Ordinal);
    private readonly List<string> _unsound = [];
    private int _format = StorageFormat.Current;

    public IReadOnlyList<StorageFinding> Findings => _findings;

    /// <summary>The manifest, where it can be read.</summary>
    public Manifest? Manifest { get; private set; }

    /// <summary>A sequence number that no file and no line goes beyond.</summary>
    public long Sequence { get; private set; }

    /// <summary>The number of the last segment that there is or was.</summary>
    public long LastSegment { get; private set; }

    /// <summary>The time of the newest record.</summary>
    public DateTimeOffset Newest { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>The files beside the collections that are sound, with their checksums.</summary>
    public ImmutableSortedDictionary<string, string> SoundFiles => _sound.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The files beside the collections that are not.</summary>
    public ImmutableArray<string> UnsoundFiles => [.. _unsound];

    /// <exception cref="StorageException">A newer version, or another program, wrote it.</exception>
    public void Read()
    {
        ReadManifest();
        ReadCollections();
        var journal = new JournalSalvage(files, directory, states, Manifest, _findings);
        journal.Read();
        Sequence = Math.Max(Sequence, journal.Sequence);
        LastSegment = journal.LastSegment;
        NoteTime(journal.Newest);
        CheckFiles();
        if (Math.Min(_format, journal.Format) is var format && format < StorageFormat.Current)
        {
            foreach (var state in Durable())
            {
                state.Upgrade(format);
            }
        }

        SettleDuplicates();
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
        catch (StorageException exception) when (exception.Damage is not null)
        {
            Note(Manifest.FileName, null, exception.Damage.Problem, files.ReadAllBytes(Path.Combine(directory, Manifest.FileName)));
        }

        if (Manifest is null)
        {
            return;
        }

        ManifestCheck.RefuseUnknown(Manifest, directory, states);
        _format = Manifest.Format;
        Sequence = Manifest.Collections.Values.Append(Manifest.Sequence).Max();
    }

    /// <summary>A file goes by what its head says, so that two which changed places are both found.</summary>
    private void ReadCollections()
    {
        var heads = Durable().Where(state => files.FileExists(Path.Combine(directory, state.FileName))).ToDictionary(state => state.FileName, ReadHead, StringComparer.Ordinal);
        foreach (var state in Durable())
        {
            var isThere = heads.TryGetValue(state.FileName, out var head);
            var name = isThere && (head is null || head.Collection == state.Name) ? state.FileName : null;
            if (name is null)
            {
                if (isThere)
                {
                    Note(state.FileName, 1, $"it is the file of the collection '{head!.Collection}'");
                }
                else if (Manifest is null || Manifest.Collections.ContainsKey(state.Name))
                {
                    Note(state.FileName, null, "it is missing");
                }

                (name, head) = heads.FirstOrDefault(other => other.Value?.Collection == state.Name);
            }

            if (name is not null)
            {
                ReadCollection(state, name, head);
            }
        }
    }

    private SnapshotHead? ReadHead(CollectionState state)
    {
        var path = Path.Combine(directory, state.FileName);
        using var lines = new LineReader(files.OpenRead(path));
        lines.TryRead(out var line);

        // Where the line feed behind it was damaged, the first entry stands on the same line.
        var head = line.IndexOf(Snapshot.HeadEnd) is >= 0 and var end ? SnapshotReader.ParseHead(line[..(end + Snapshot.HeadEnd.Length)]) : null;
        return head?.Format > StorageFormat.Current ? throw StorageFormat.Newer(path, head.Format) : head;
    }

    private void ReadCollection(CollectionState state, string name, SnapshotHead? head)
    {
        using var lines = new LineReader(files.OpenRead(Path.Combine(directory, name)));
        var count = 0;
        while (lines.TryRead(out var line))
        {
            if (line.SequenceEqual(Snapshot.FileEnd[..^1]) || (lines.Number is 1 && SnapshotReader.ParseHead(line) is not null))
            {
                continue;
            }

            var json = line.EndsWith(","u8) ? line[..^1] : line;
            var isIntact = ChecksummedLine.IsIntact(json, "}"u8);
            if (!isIntact)
            {
                Note(name, lines.Number, lines.Number is 1 ? "the head is damaged" : "the checksum does not fit", line);
            }

            List<Range> objects = isIntact ? [Range.EndAt(json.Length)] : IntactObjects.Find(line, "{\"id\":"u8);
            foreach (var range in objects)
            {
                count += TakeEntry(state, name, lines.Number, line[range]);
            }
        }

        // Without its head a file is taken for as old as the manifest says, so that journal lines are applied rather than passed over.
        state.SnapshotAt = head?.Seq ?? Manifest?.Collections.GetValueOrDefault(state.Name) ?? 0;
        Sequence = Math.Max(Sequence, state.SnapshotAt);
        if (head is null)
        {
            return;
        }

        NoteTime(head.Time);
        _format = Math.Min(_format, head.Format);
        if (head.Count != count)
        {
            Note(name, null, FormattableString.Invariant($"it says that it holds {head.Count} entries; {count} can be read"));
        }

        if (Manifest?.Collections.TryGetValue(state.Name, out var expected) is true && head.Seq < expected)
        {
            Note(name, null, FormattableString.Invariant($"it is older than it should be: it ends at line {head.Seq} of the journal, the manifest says {expected}"));
        }
    }

    private int TakeEntry(CollectionState state, string name, long line, ReadOnlySpan<byte> json)
    {
        try
        {
            var entity = state.Deserialize(json);
            if (entity.Id.Length > 0 && state.Get(entity.Id) is null)
            {
                state.Set(entity.Id, entity);
                return 1;
            }

            Note(name, line, "the entry has no id, or the id of another entry", json);
        }
        catch (JsonException exception)
        {
            Note(name, line, $"the entry cannot be read ({exception.Message})", json);
        }

        return 0;
    }

    private void CheckFiles()
    {
        var folders = (Manifest is null ? DirectoryFiles.Folders(files, directory) : DirectoryFiles.Folders(Manifest)).ToList();
        foreach (var folder in folders.Where(folder => files.FileExists(Path.Combine(directory, folder))))
        {
            Note(folder, null, "it should be a folder but is a file");
            _unsound.Add(folder);
        }

        var present = DirectoryFiles.List(files, directory, folders)
            .ToDictionary(name => name, name => ChecksummedLine.Of(files.ReadAllBytes(Path.Combine(directory, name))), StringComparer.Ordinal);
        foreach (var name in Manifest?.Files.Keys.Where(name => !present.ContainsKey(name)) ?? [])
        {
            Note(name, null, "it is missing");
        }

        foreach (var (name, checksum) in present)
        {
            var expected = Manifest?.Files.GetValueOrDefault(name) ?? Manifest?.Pending.GetValueOrDefault(name);
            if (expected is not null && expected != checksum)
            {
                Note(name, null, "its checksum does not fit");
                _unsound.Add(name);
                continue;
            }

            // One that is not named is taken, too: the manifest may be the one that is from another time.
            _sound.Add(name, checksum);
            if (expected is null && Manifest is null or { Format: > 1 })
            {
                Note(name, null, Manifest is null ? "it is taken for one of the directory's own" : $"it is there, but '{Manifest.FileName}' does not name it");
            }
        }
    }

    /// <summary>An older state of one entry may have a unique key that another has had since: then the newer one counts.</summary>
    private void SettleDuplicates()
    {
        foreach (var state in Durable())
        {
            foreach (var (entity, other, index) in state.Definition.FindDuplicates(state).ToList())
            {
                var (older, newer) = entity.Version < other.Version ? (entity, other) : (other, entity);
                if (ReferenceEquals(state.Get(older.Id), older) && ReferenceEquals(state.Get(newer.Id), newer))
                {
                    state.Set(older.Id, null);
                    Note(state.FileName, null, $"the entry '{older.Id}' has the same {index} as '{newer.Id}', which is newer", state.ToJson(older));
                }
            }
        }
    }

    private IEnumerable<CollectionState> Durable() => states.Values.Where(state => state.IsDurable);

    private void NoteTime(DateTimeOffset at) => Newest = at > Newest ? at : Newest;

    private void Note(string file, long? line, string problem, ReadOnlySpan<byte> content = default)
        => _findings.Add(new StorageFinding(file, line, problem) { Content = content.IsEmpty ? null : content.ToArray() });
}
