using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Brings a directory into memory: manifest, collections, journal. It changes nothing before all of it was read.</summary>
internal sealed partial class DirectoryLoader(
    IFileSystem files, string directory, IReadOnlyDictionary<string, CollectionState> states, FileSystemStorageOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Size and time of each collection's file as it was read, by which a later edit is noticed.</summary>
    public Dictionary<string, FileStamp> Stamps { get; } = new(StringComparer.Ordinal);

    public long Version { get; private set; }

    public long Sequence { get; private set; }

    public long JournalLength { get; private set; }

    /// <summary>Whether the clock is near enough to the newest record for expired entries to be dropped.</summary>
    public bool IsClockTrusted { get; private set; } = true;

    public ManifestFile Load()
    {
        var names = files.ListFiles(directory);
        var lastSegment = names.Select(name => JournalSegment.TryParse(name, out var number) ? number : 0L).DefaultIfEmpty().Max();
        if (Manifest.Read(files, directory) is not { } manifest)
        {
            return Create(names, lastSegment);
        }

        RefuseUnknown(manifest);
        foreach (var (name, checksum) in manifest.Files)
        {
            CheckFile(name, checksum);
        }

        var newest = DateTimeOffset.MinValue;
        foreach (var state in Durable().Where(state => manifest.Collections.ContainsKey(state.Name)))
        {
            var at = LoadCollection(state, manifest);
            newest = at > newest ? at : newest;
        }

        var journal = new JournalReader(files, directory, states);
        journal.Replay(manifest.Segments, manifest.Sequence, Durable().Select(state => state.SnapshotAt).Append(manifest.Sequence).Max());
        newest = journal.Newest > newest ? journal.Newest : newest;
        (Sequence, JournalLength, Version) = (journal.Sequence, journal.Length, Math.Max(Version, journal.Version));

        // Everything was read and is sound: only from here on is the directory changed.
        if (journal.Tail is { } tail)
        {
            Quarantine(tail);
        }

        RemoveLeftovers(names, manifest);
        DropExpired(newest);
        var file = new ManifestFile(files, directory, manifest, lastSegment);
        Add(file, [.. Durable().Where(state => !manifest.Collections.ContainsKey(state.Name))]);
        return file;
    }

    private ManifestFile Create(IReadOnlyList<string> names, long lastSegment)
    {
        var present = names.FirstOrDefault(name => JournalSegment.TryParse(name, out _) || states.Values.Any(state => state.FileName == name));
        if (present is not null)
        {
            throw new StorageException($"'{Path.Combine(directory, Manifest.FileName)}' is missing, but '{present}' is there. " +
                "Nothing was changed. Put the manifest back, restore the directory from a backup, or go on with what is sound ('storage recover').");
        }

        // First, so that a start that is killed half-way is told from a manifest that was lost.
        var file = new ManifestFile(files, directory, new Manifest(), lastSegment);
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
            if (files.FileExists(path) && !IsEmptyCollection(state, path))
            {
                throw new StorageException($"'{path}' is there, but '{Manifest.FileName}' does not name it. Nothing was changed. " +
                    "Move the file away, restore the directory from a backup, or go on with what is sound ('storage recover').");
            }

            var temporary = path + FileSystemExtensions.TemporaryEnding;
            files.DeleteIfExists(temporary);
            Snapshot.Write(files, temporary, state, [], Sequence, time.GetUtcNow());
            files.Rename(temporary, path);
            state.SnapshotAt = Sequence;
            Stamps[state.Name] = files.GetStamp(path);
        }

        files.FlushFolder(directory);
        manifest.Update(current => current with { Collections = current.Collections.SetItems(added.Select(state => KeyValuePair.Create(state.Name, Sequence))) });
    }

    /// <summary>Whether a start that was killed half-way left the file behind.</summary>
    private bool IsEmptyCollection(CollectionState state, string path)
    {
        try
        {
            var version = Version;
            return SnapshotReader.Read(files, path, state, ref version).Count is 0;
        }
        catch (StorageException)
        {
            return false;
        }
    }

    private DateTimeOffset LoadCollection(CollectionState state, Manifest manifest)
    {
        var path = Path.Combine(directory, state.FileName);
        if (!files.FileExists(path))
        {
            throw new StorageException($"'{path}' is missing, though '{Manifest.FileName}' names it. Nothing was changed. " +
                "Put the file back, restore the directory from a backup, or go on with what is sound ('storage recover').");
        }

        Stamps[state.Name] = files.GetStamp(path);
        var version = Version;
        var head = SnapshotReader.Read(files, path, state, ref version);
        var expected = manifest.Collections[state.Name];
        if (head.Seq < expected || (manifest.Segments.IsEmpty && head.Seq > expected))
        {
            throw new StorageException($"'{path}' holds the state at line {head.Seq} of the journal, '{Manifest.FileName}' says {expected}: " +
                "it is a copy from another time. Nothing was changed. Restore the whole directory from one backup, not single files.");
        }

        (Version, state.SnapshotAt, state.ChangedAt) = (version, head.Seq, head.Seq);
        return head.Time;
    }

    private void RefuseUnknown(Manifest manifest)
    {
        var unknown = manifest.Collections.Keys.FirstOrDefault(name => !states.TryGetValue(name, out var state) || !state.IsDurable);
        if (unknown is not null)
        {
            throw new StorageException($"The storage directory '{directory}' has a collection '{unknown}' that this program does not know. " +
                "A newer version, or another program, wrote it: run that one.");
        }
    }

    private void CheckFile(string name, string checksum)
    {
        var path = Path.Combine(directory, name);
        if (!files.FileExists(path))
        {
            throw new StorageException($"'{path}' is missing, though '{Manifest.FileName}' names it. Nothing was changed. " +
                "Put the file back, restore the directory from a backup, or go on with what is sound ('storage recover').");
        }

        if (ChecksummedLine.Of(files.ReadAllBytes(path)) != checksum)
        {
            throw new StorageException($"'{path}' is damaged or was edited: its checksum does not fit. Nothing was changed. " +
                "Restore the directory from a backup, or go on with what is sound ('storage recover').");
        }
    }

    private void Quarantine(JournalTail tail)
    {
        using var source = files.OpenRead(tail.Path);
        source.Seek(tail.Offset, SeekOrigin.Begin);
        var bytes = new byte[source.Length - tail.Offset];
        source.ReadExactly(bytes);
        bytes = bytes.AsSpan().TrimEnd(JournalSegment.Filler).ToArray();
        var quarantine = $"{tail.Path}.{Timestamp.Format(time.GetUtcNow()).Replace(":", "", StringComparison.Ordinal)}.quarantine";
        files.WriteAtomically(quarantine, bytes);
        bytes.AsSpan().Fill(JournalSegment.Filler);
        using (var segment = files.OpenFile(tail.Path))
        {
            segment.Write(bytes, tail.Offset);
            segment.Flush();
        }

        LogTail(logger, tail.Path, bytes.Length, quarantine);
    }

    /// <summary>What a crash left behind: files half written, segments that a snapshot covers, or that no line was written to.</summary>
    private void RemoveLeftovers(IReadOnlyList<string> names, Manifest manifest)
    {
        var folders = manifest.Files.Keys.Select(name => Path.GetDirectoryName(name)!).Distinct();
        foreach (var name in names.Concat(folders.SelectMany(folder => files.ListFiles(Path.Combine(directory, folder)).Select(name => $"{folder}/{name}"))))
        {
            var isTemporary = name.EndsWith(FileSystemExtensions.TemporaryEnding, StringComparison.Ordinal);
            var isOldSegment = JournalSegment.TryParse(name, out var number) && !manifest.Segments.Contains(number);
            if (isTemporary || isOldSegment)
            {
                files.Delete(Path.Combine(directory, name));
            }
        }
    }

    private void DropExpired(DateTimeOffset newest)
    {
        var now = time.GetUtcNow();
        IsClockTrusted = (now - newest).Duration() <= options.ExpiryTolerance;
        if (!IsClockTrusted)
        {
            return;
        }

        foreach (var state in Durable())
        {
            if (state.DropExpired(now) is > 0 and var count)
            {
                LogDropped(logger, count, state.Name);
            }
        }
    }

    private IEnumerable<CollectionState> Durable() => states.Values.Where(state => state.IsDurable);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Warning,
        Message = "'{Path}' ended in {Bytes} bytes that were being written when the server stopped. No request was told of them; they are kept in '{Quarantine}'.")]
    private static partial void LogTail(ILogger logger, string path, int bytes, string quarantine);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Information, Message = "Dropped {Count} expired entries of '{Collection}'.")]
    private static partial void LogDropped(ILogger logger, int count, string collection);
}
