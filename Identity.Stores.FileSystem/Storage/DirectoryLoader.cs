using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Brings a directory into memory: manifest, collections, journal. <see cref="Read"/> changes nothing; only when all of it was
/// read and is sound is anything narrowed, and does <see cref="Finish"/> tidy up.
/// </summary>
internal sealed partial class DirectoryLoader(
    IFileSystem files, string directory, IReadOnlyDictionary<string, CollectionState> states, FileSystemStorageOptions options, TimeProvider time, ILogger logger)
{
    private readonly ManifestCheck _check = new(files, directory, states);
    private readonly List<string> _removed = [];
    private IReadOnlyList<string> _names = [];
    private JournalSpan? _unconfirmed;

    /// <summary>Reads a collection's file; another way for one that a person edited.</summary>
    public Func<CollectionState, Manifest, SnapshotHead?>? ReadEdited { get; init; }

    /// <summary>Size and time of each collection's file as it was read, by which a later edit is noticed.</summary>
    public Dictionary<string, FileStamp> Stamps { get; } = new(StringComparer.Ordinal);

    /// <summary>What the directory holds; null where it is new.</summary>
    public Manifest? Manifest { get; private set; }

    /// <summary>The unacknowledged end of the journal, if there is one.</summary>
    public JournalTail? Tail { get; private set; }

    /// <summary>What a crash had left behind and was removed.</summary>
    public IReadOnlyList<string> Removed => _removed;

    public long Version { get; private set; }

    public long Sequence { get; private set; }

    public long JournalLength { get; private set; }

    /// <summary>The time of the newest record; where there is none, the present one.</summary>
    public DateTimeOffset Newest { get; private set; } = time.GetUtcNow();

    /// <summary>Whether the clock may be believed; there once everything was tidied up.</summary>
    public ClockTrust? Clock { get; private set; }

    /// <summary>The number of the last segment that there is or was.</summary>
    public long LastSegment => _names.Select(name => JournalSegment.TryParse(name, out var number) ? number : 0)
        .Concat(Manifest?.Segments ?? []).Append(Manifest?.Folded ?? 0).Max();

    /// <summary>Finishes a replacement that was interrupted, reads everything and tidies up.</summary>
    public ManifestFile Load()
    {
        if (DirectoryReplacement.Complete(files, directory) is { } plan)
        {
            LogReplaced(logger, directory, plan.Describe());
        }

        Read();
        DirectoryAccess.MakePrivate(files, directory, logger);
        return Finish();
    }

    /// <summary>Reads everything, and refuses what is damaged.</summary>
    /// <exception cref="StorageException">It is damaged, from another time, or of another program.</exception>
    public void Read()
    {
        _names = files.ListFiles(directory);
        if (Manifest.Read(files, directory) is not { } manifest)
        {
            RefuseLostManifest();
            return;
        }

        Manifest = manifest;
        _check.Run(manifest, _names);
        var newest = Durable().Where(state => manifest.Collections.ContainsKey(state.Name)).Select(state => LoadCollection(state, manifest)).DefaultIfEmpty(Newest).Max();
        var journal = new JournalReader(files, directory, states);
        journal.Replay(manifest, Durable().Select(state => state.SnapshotAt).Append(manifest.Sequence).Max());
        Newest = journal.Newest > newest ? journal.Newest : newest;
        (Sequence, JournalLength, Version, Tail, _unconfirmed) = (journal.Sequence, journal.Length, Math.Max(Version, journal.Version), journal.Tail, journal.Unconfirmed);
    }

    /// <summary>Reads a directory that must not be a new one.</summary>
    /// <returns>What it holds.</returns>
    /// <exception cref="StorageException">There is nothing in it, or it is not sound.</exception>
    public Manifest ReadExisting()
    {
        Read();
        return Manifest ?? throw new StorageException($"There is nothing in the storage directory '{directory}'.");
    }

    /// <summary>Sets the journal's tail aside, removes what a crash left behind, brings an older format up to date, adds what is new.</summary>
    public ManifestFile Finish()
    {
        Clock = new ClockTrust(time, options.ExpiryTolerance, Newest);
        if (Manifest is null)
        {
            return Create();
        }

        // A kill may have come before the names that were read here were flushed.
        files.FlushFolder(directory);
        ConfirmLastLines();
        SetTailAside();
        RemoveLeftovers(Manifest);
        DropExpired();
        if (Manifest.Format < StorageFormat.Current)
        {
            var present = Durable().Where(state => Manifest.Collections.ContainsKey(state.Name)).ToList();
            Manifest = DirectoryUpgrade.Run(files, directory, this, present, logger);
            JournalLength = 0;
            foreach (var state in present)
            {
                Stamps[state.Name] = files.GetStamp(Path.Combine(directory, state.FileName));
            }
        }

        var file = new ManifestFile(files, directory, Manifest, LastSegment, time, logger);
        if (_check.Unfinished.Count > 0 || !Manifest.Pending.IsEmpty)
        {
            foreach (var folder in _check.Unfinished.Select(name => Path.GetDirectoryName(name)!).Distinct(StringComparer.Ordinal))
            {
                files.FlushFolder(Path.Combine(directory, folder));
            }

            file.Update(NameUnfinished);
        }

        Add(file, [.. Durable().Where(state => !Manifest.Collections.ContainsKey(state.Name))]);
        return file;
    }

    /// <summary>
    /// The last lines may have been read from where only a power loss would not reach them, or where a flush had failed. From now on answers
    /// rest on them, so they are written once more, and flushed.
    /// </summary>
    private void ConfirmLastLines()
    {
        if (_unconfirmed is not { } lines)
        {
            return;
        }

        Overwrite(lines.Path, lines.Offset, ReadFrom(lines.Path, lines.Offset).AsSpan(..(int)(lines.End - lines.Offset)));
    }

    /// <summary>Puts the unacknowledged end of the journal into a quarantine file.</summary>
    /// <returns>The name of that; null where the journal has no such end.</returns>
    public string? SetTailAside()
    {
        if (Tail is not { } tail)
        {
            return null;
        }

        var bytes = JournalSegment.TrimFilling(ReadFrom(tail.Path, tail.Offset)).ToArray();
        var quarantine = files.FreeName(directory, $"{Path.GetFileName(tail.Path)}.{Timestamp.FormatName(time.GetUtcNow())}", DirectoryFiles.QuarantineEnding);
        files.WriteAtomically(Path.Combine(directory, quarantine), bytes);
        bytes.AsSpan().Fill(JournalSegment.Filler);
        Overwrite(tail.Path, tail.Offset, bytes);
        LogTail(logger, tail.Path, bytes.Length, Path.Combine(directory, quarantine));
        return quarantine;
    }

    private byte[] ReadFrom(string path, long offset)
    {
        using var source = files.OpenRead(path);
        source.Seek(offset, SeekOrigin.Begin);
        var bytes = new byte[source.Length - offset];
        source.ReadExactly(bytes);
        return bytes;
    }

    private void Overwrite(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        using var segment = files.OpenFile(path);
        segment.Write(bytes, offset);
        segment.Flush();
    }

    private void RefuseLostManifest()
    {
        if (_names.FirstOrDefault(name => JournalSegment.TryParse(name, out _) || states.Values.Any(state => state.FileName == name)) is { } present)
        {
            throw FileDamage.LostManifest(Path.Combine(directory, Manifest.FileName), present);
        }
    }

    private ManifestFile Create()
    {
        // First, so that a start that is killed half-way is told from a manifest that was lost.
        var file = new ManifestFile(files, directory, new Manifest(), LastSegment, time, logger);
        file.Update(static current => current);
        Add(file, [.. Durable()]);
        return file;
    }

    /// <summary>A collection that is new to the directory gets its file before the manifest asks for it.</summary>
    private void Add(ManifestFile manifest, CollectionState[] added)
    {
        if (added.Length is 0)
        {
            return;
        }

        foreach (var state in added)
        {
            var path = Path.Combine(directory, state.FileName);
            var temporary = path + FileSystemExtensions.TemporaryEnding;
            files.DeleteIfExists(temporary);
            Snapshot.Write(files, temporary, state, [], Sequence, Newest);
            files.Rename(temporary, path);
            state.SnapshotAt = Sequence;
            Stamps[state.Name] = files.GetStamp(path);
        }

        files.FlushFolder(directory);
        manifest.Update(current => current with { Collections = current.Collections.SetItems(added.Select(state => KeyValuePair.Create(state.Name, Sequence))) });
    }

    private DateTimeOffset LoadCollection(CollectionState state, Manifest manifest)
    {
        var path = Path.Combine(directory, state.FileName);
        if (!files.FileExists(path))
        {
            throw FileDamage.Missing(path);
        }

        Stamps[state.Name] = files.GetStamp(path);
        var version = Version;
        var head = ReadEdited?.Invoke(state, manifest) ?? SnapshotReader.Read(files, path, state, ref version);
        var expected = manifest.Collections[state.Name];
        // One may be newer than the manifest says, by what was folded without it, or by what the journal still holds.
        if (head.Seq < expected || (manifest.Segments.IsEmpty && head.Seq > Math.Max(expected, manifest.Sequence)))
        {
            throw FileDamage.FromAnotherTime(path, $"holds the state at line {head.Seq} of the journal, '{Manifest.FileName}' says {expected}");
        }

        if (head.Format != manifest.Format)
        {
            throw FileDamage.FromAnotherTime(path, $"has format {head.Format}, '{Manifest.FileName}' has {manifest.Format}");
        }

        (Version, state.SnapshotAt, state.ChangedAt) = (version, head.Seq, head.Seq);
        return head.Time;
    }

    /// <summary>What a crash left behind: files half written, segments that a snapshot covers, or that no line was written to.</summary>
    private void RemoveLeftovers(Manifest manifest)
    {
        foreach (var name in _names.Concat(DirectoryFiles.Folders(manifest).SelectMany(folder => files.ListFiles(Path.Combine(directory, folder)).Select(name => $"{folder}/{name}"))))
        {
            if ((DirectoryFiles.IsLeftover(name) && !manifest.Files.ContainsKey(name)) || (JournalSegment.TryParse(name, out var number) && !manifest.Segments.Contains(number)))
            {
                files.Delete(Path.Combine(directory, name));
                _removed.Add(name);
            }
        }
    }

    private void DropExpired()
    {
        // Not where it is far behind either: the newest record, or the clock, is wrong.
        if (Clock?.TrustedNow is not { } now || Newest - now > options.ExpiryTolerance)
        {
            return;
        }

        foreach (var state in Durable())
        {
            if (state.Drop(state.FindExpired(state.All, now)) is > 0 and var count)
            {
                LogDropped(logger, count, state.Name);
            }
        }
    }

    /// <summary>The manifest with the files that are there without being named yet.</summary>
    public Manifest NameUnfinished(Manifest manifest) => manifest with
    {
        Files = manifest.Files.SetItems(_check.Unfinished.Select(name => KeyValuePair.Create(name, ChecksummedLine.Of(files.ReadAllBytes(Path.Combine(directory, name)))))),
        Pending = Manifest.Empty<string>(),
    };

    private IEnumerable<CollectionState> Durable() => states.Values.Where(state => state.IsDurable);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Warning,
        Message = "'{Path}' ended in {Bytes} bytes that were being written when the server stopped. No request was told of them; they are kept in '{Quarantine}'.")]
    private static partial void LogTail(ILogger logger, string path, int bytes, string quarantine);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Information, Message = "Dropped {Count} expired entries of '{Collection}'.")]
    private static partial void LogDropped(ILogger logger, int count, string collection);

    [LoggerMessage(EventId = 1007, Level = LogLevel.Warning, Message = "'{Path}': {What}")]
    private static partial void LogReplaced(ILogger logger, string path, string what);
}
