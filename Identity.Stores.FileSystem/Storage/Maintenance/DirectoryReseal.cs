using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Takes in what a person edited in collections' files. Each is taken for the state that it held before, as it ought to have been: what
/// the journal says of later changes comes on top of it, and counts.
/// </summary>
internal static class DirectoryReseal
{
    public static StorageReseal Run(
        IFileSystem files, FileSystemStorageOptions options, IReadOnlyList<CollectionDefinition> definitions, IEnumerable<string> names, TimeProvider time)
    {
        var directory = DirectoryPlace.Resolve(options.Directory);
        var states = DirectoryInspection.CreateStates(definitions);
        var edited = names.Select(name => Find(states, directory, name)).Distinct()
            .Where(state => files.FileExists(Path.Combine(directory, state.FileName)) && !EditedFile.IsIntact(files, Path.Combine(directory, state.FileName), state.Definition))
            .ToDictionary(state => state, state => new EditedFile(files, directory, state));
        var loader = new DirectoryLoader(files, directory, states, options, time, NullLogger.Instance)
        {
            ReadEdited = (state, manifest) => edited.TryGetValue(state, out var file) ? file.Read(manifest) : null,
        };
        var manifest = loader.ReadExisting();
        var problems = edited.Values.SelectMany(file => file.Problems).ToList();
        if (problems.Count is 0)
        {
            problems.AddRange(edited.Keys.SelectMany(DirectoryInspection.DescribeDuplicates));
        }

        if (problems.Count > 0 || edited.Count is 0)
        {
            return new StorageReseal([], problems, []);
        }

        var remarks = edited.Values.SelectMany(DescribeJournal)
            .Concat(states.Values.Where(state => state.IsDurable).SelectMany(state => DirectoryInspection.DescribeDangling(state, states))).ToList();
        if (loader.Tail is { } tail)
        {
            var quarantine = loader.SetTailAside();
            remarks.Add(new(Path.GetFileName(tail.Path), null, $"it ended in bytes that were being written when the server stopped; they are kept in '{quarantine}'"));
        }

        var kept = Write(files, directory, loader, manifest, edited.Values, states, time);
        return new StorageReseal([.. edited.Values.Select(file => new ResealedFile(
            file.State.FileName, kept[file], [.. file.Added.Select(entity => entity.Id)], [.. file.Changed.Select(entity => entity.Id)], file.Removed))], [], remarks);
    }

    private static CollectionState Find(Dictionary<string, CollectionState> states, string directory, string name)
    {
        var file = Path.GetFileName(name);
        var found = states.Values.FirstOrDefault(state => state.IsDurable && (state.FileName == file || state.Name == name))
            ?? throw new StorageException($"'{name}' is not the file of a collection. Only these can be edited and taken in: " +
                $"{string.Join(", ", states.Values.Where(state => state.IsDurable).Select(state => state.FileName).Order(StringComparer.Ordinal))}. " +
                $"Anything else in '{directory}' has to be restored from a backup.");
        return Path.GetDirectoryName(name) is { Length: > 0 } folder && DirectoryPlace.Resolve(folder) != directory
            ? throw new StorageException($"'{name}' is not in the storage directory '{directory}'. What was edited is taken in where it stands: put it in the place of '{found.FileName}' there.")
            : found;
    }

    /// <summary>What the file does not say any more, and where the journal goes on from what it says.</summary>
    private static IEnumerable<StorageFinding> DescribeJournal(EditedFile file)
    {
        if (!file.IsRemovedKnown)
        {
            yield return new(file.State.FileName, 1, "it was changed, so that it cannot be told how many entries are gone");
        }

        foreach (var entity in file.Added.Concat(file.Changed))
        {
            if (!ReferenceEquals(file.State.Get(entity.Id), entity))
            {
                yield return new(file.State.FileName, null, file.State.Get(entity.Id) is null
                    ? $"the journal removes the entry '{entity.Id}'; the edit of it has no effect"
                    : $"the journal has a later state of the entry '{entity.Id}', which counts; the edit of it has no effect");
            }
        }

        foreach (var entity in file.State.Capture().Where(entity => !file.Ids.Contains(entity.Id)).OrderBy(entity => entity.Id, StringComparer.Ordinal))
        {
            yield return new(file.State.FileName, null, $"the entry '{entity.Id}' comes from the journal");
        }
    }

    private static Dictionary<EditedFile, string> Write(
        IFileSystem files, string directory, DirectoryLoader loader, Manifest old, IReadOnlyCollection<EditedFile> edited, Dictionary<string, CollectionState> states, TimeProvider time)
    {
        MoveVersions(loader, edited, states);
        var manifest = loader.NameUnfinished(old);
        var isOlder = manifest.Format < StorageFormat.Current;
        var written = states.Values.Where(state => manifest.Collections.ContainsKey(state.Name) &&
            (isOlder || state.ChangedAt > state.SnapshotAt || edited.Any(file => file.State == state))).ToList();

        // Beyond all that there is, so that the files as they were cannot pass for what is written now.
        var sequence = loader.Sequence + 1;
        var stamp = Timestamp.FormatName(time.GetUtcNow());
        var kept = edited.ToDictionary(file => file, file => files.FreeName(directory, $"{file.State.FileName}.{stamp}", DirectoryFiles.EditedEnding));
        var replacement = new DirectoryReplacement(files, directory);
        replacement.Begin();
        foreach (var (file, name) in kept)
        {
            replacement.AddCopy(name, file.State.FileName);
        }

        foreach (var state in written)
        {
            if (isOlder)
            {
                state.Upgrade(manifest.Format);
            }

            replacement.Add(state, sequence, loader.Newest);
        }

        replacement.Commit(manifest.Folding(sequence, states.Values), isOlder ? DirectoryUpgrade.FreeFolder(files, directory, manifest.Format) : null);
        return kept;
    }

    /// <summary>Whoever holds an entry as it was before must not find it unchanged.</summary>
    private static void MoveVersions(DirectoryLoader loader, IReadOnlyCollection<EditedFile> edited, Dictionary<string, CollectionState> states)
    {
        var version = states.Values.Where(state => state.IsDurable).SelectMany(state => state.All).Select(entity => entity.Version).Append(loader.Version).Max();
        foreach (var (state, entity) in edited.SelectMany(file => file.Added.Concat(file.Changed).Select(entity => (file.State, entity))))
        {
            if (ReferenceEquals(state.Get(entity.Id), entity))
            {
                var moved = entity.Copy();
                moved.Version = ++version;
                state.Set(moved.Id, moved);
            }
        }
    }
}
