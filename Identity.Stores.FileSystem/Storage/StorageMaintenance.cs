using System.Text;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>What a person does to a directory that no server uses: check it, and get out of it what is sound.</summary>
public static class StorageMaintenance
{
    internal const string AsidePrefix = "before-recovery-";

    private const string QuarantineEnding = ".quarantine";

    /// <summary>Checks every checksum, and that everything is there that should be. Changes nothing.</summary>
    /// <param name="options">Where the directory is.</param>
    /// <param name="collections">All collections that it may hold.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What it holds, and what is wrong.</returns>
    /// <exception cref="StorageException">It does not exist, is in use, or cannot be read.</exception>
    public static StorageReport Verify(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(collections);
        var (directory, states) = Prepare(options, collections);
        using var held = DirectoryLock.Acquire(directory, time);
        var salvage = Salvage(directory, states);
        return new StorageReport(Count(states), [.. salvage.Findings, .. DirectoryAccess.FindWiderRights(directory)]);
    }

    /// <summary>
    /// Takes what is sound as the new state. Everything that was there before is kept in a folder of its own; the damaged lines
    /// are in a quarantine file beside the new files.
    /// </summary>
    /// <param name="options">Where the directory is.</param>
    /// <param name="collections">All collections that it may hold.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What the directory holds now, and what could not be brought back.</returns>
    /// <exception cref="StorageException">It does not exist, is in use, or cannot be read or written.</exception>
    public static StorageReport Recover(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(collections);
        ArgumentNullException.ThrowIfNull(time);
        var (directory, states) = Prepare(options, collections);
        using var held = DirectoryLock.Acquire(directory, time);
        var files = new PhysicalFileSystem();
        var salvage = Salvage(directory, states);
        if (salvage.Findings.Count is 0)
        {
            return new StorageReport(Count(states), []);
        }

        try
        {
            var stamp = Timestamp.Format(time.GetUtcNow()).Replace(":", "", StringComparison.Ordinal);
            SetAside(files, directory, states, stamp);
            WriteQuarantine(files, Path.Combine(directory, stamp + QuarantineEnding), salvage.Findings);
            WriteState(files, directory, states, salvage, time);
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            throw new StorageException($"The recovery of '{directory}' could not be written: {exception.Message} " +
                "What was there before is in the folder 'before-recovery-…'; free space on the disk and move it back, or recover again.", exception);
        }

        return new StorageReport(Count(states), salvage.Findings);
    }

    private static (string Directory, Dictionary<string, CollectionState> States) Prepare(
        FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections)
    {
        var directory = DirectoryPlace.Resolve(options.Directory);
        DirectoryAccess.Inspect(new PhysicalFileSystem(), directory);
        return (directory, collections.ToDictionary(definition => definition.Name, definition => definition.CreateState(), StringComparer.Ordinal));
    }

    private static DirectorySalvage Salvage(string directory, Dictionary<string, CollectionState> states)
    {
        try
        {
            var salvage = new DirectorySalvage(new PhysicalFileSystem(), directory, states);
            salvage.Read();
            return salvage;
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            throw new StorageException($"The storage directory '{directory}' cannot be read: {exception.Message}", exception);
        }
    }

    private static Dictionary<string, int> Count(Dictionary<string, CollectionState> states)
        => states.Values.Where(state => state.IsDurable).ToDictionary(state => state.Name, state => state.Count, StringComparer.Ordinal);

    /// <summary>Moves what will be written anew, or counts no longer, out of the way; keys stay where they are.</summary>
    private static void SetAside(PhysicalFileSystem files, string directory, Dictionary<string, CollectionState> states, string stamp)
    {
        var aside = Path.Combine(directory, AsidePrefix + stamp);
        files.CreateFolder(aside);
        foreach (var name in files.ListFiles(directory))
        {
            if (name == Manifest.FileName || JournalSegment.TryParse(name, out _) || states.Values.Any(state => state.FileName == name))
            {
                files.Rename(Path.Combine(directory, name), Path.Combine(aside, name));
            }
        }

        files.FlushFolder(aside);
        files.FlushFolder(directory);
    }

    private static void WriteQuarantine(PhysicalFileSystem files, string path, IReadOnlyList<StorageFinding> findings)
    {
        var content = new MemoryStream();
        foreach (var finding in findings)
        {
            content.Write(Encoding.UTF8.GetBytes($"# {finding}\n"));
            if (finding.Content is { } line)
            {
                content.Write(line);
                content.Write("\n"u8);
            }
        }

        files.WriteAtomically(path, content.ToArray());
    }

    private static void WriteState(
        PhysicalFileSystem files, string directory, Dictionary<string, CollectionState> states, DirectorySalvage salvage, TimeProvider time)
    {
        var durable = states.Values.Where(state => state.IsDurable).ToList();
        foreach (var state in durable)
        {
            var entities = state.Capture();
            Array.Sort(entities, static (left, right) => string.CompareOrdinal(left.Id, right.Id));
            Snapshot.Write(files, Path.Combine(directory, state.FileName), state, entities, salvage.Sequence, time.GetUtcNow());
        }

        files.FlushFolder(directory);
        new Manifest
        {
            Sequence = salvage.Sequence,
            Collections = Manifest.Empty<long>().AddRange(durable.Select(state => KeyValuePair.Create(state.Name, salvage.Sequence))),
            Files = Manifest.Empty<string>().AddRange(SoundFiles(files, directory, salvage.Manifest)),
        }.Write(files, directory);
    }

    /// <summary>Where the manifest itself was lost, the key files that are there are taken as they are.</summary>
    private static IEnumerable<KeyValuePair<string, string>> SoundFiles(PhysicalFileSystem files, string directory, Manifest? manifest)
        => manifest is not null
            ? manifest.Files.Where(file => files.FileExists(Path.Combine(directory, file.Key)) && ChecksummedLine.Of(files.ReadAllBytes(Path.Combine(directory, file.Key))) == file.Value)
            : Directory.EnumerateDirectories(directory).Select(folder => Path.GetFileName(folder)!)
                .Where(folder => !folder.StartsWith(AsidePrefix, StringComparison.Ordinal))
                .SelectMany(folder => files.ListFiles(Path.Combine(directory, folder)).Select(name => $"{folder}/{name}"))
                .Where(name => !name.EndsWith(FileSystemExtensions.TemporaryEnding, StringComparison.Ordinal))
                .Select(name => KeyValuePair.Create(name, ChecksummedLine.Of(files.ReadAllBytes(Path.Combine(directory, name)))));
}
