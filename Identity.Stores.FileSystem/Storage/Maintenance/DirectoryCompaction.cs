using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Folds the journal of a directory into its files, without what has expired and what a crash left behind.</summary>
internal static class DirectoryCompaction
{
    public static StorageCompaction Run(
        IFileSystem files, FileSystemStorageOptions options, IReadOnlyList<CollectionDefinition> definitions, TimeProvider time)
    {
        var directory = DirectoryPlace.Resolve(options.Directory);
        var states = DirectoryInspection.CreateStates(definitions);
        var loader = new DirectoryLoader(files, directory, states, options, time, NullLogger.Instance);
        loader.ReadExisting();
        var before = Measure(files, directory, states);
        var counts = states.Values.ToDictionary(state => state, state => state.Count);
        var manifest = loader.Finish().Current;
        var changed = states.Values.Where(state => state.IsDurable && (state.ChangedAt > state.SnapshotAt || state.Count < counts[state])).ToList();
        if (changed.Count > 0 || !manifest.Segments.IsEmpty)
        {
            var replacement = new DirectoryReplacement(files, directory);
            replacement.Begin();
            foreach (var state in changed)
            {
                replacement.Add(state, loader.Sequence, loader.Newest);
            }

            replacement.Commit(manifest.Folding(loader.Sequence, states.Values));
        }

        var after = Measure(files, directory, states);
        var inspection = new DirectoryInspection(files, options, definitions, time);
        return new StorageCompaction(
            [.. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal).Select(name => new StorageFileSize(name, before.GetValueOrDefault(name), after.GetValueOrDefault(name)))],
            states.Values.Sum(state => counts[state] - state.Count),
            loader.Removed,
            inspection.CountEntries(),
            inspection.GetRemarks());
    }

    private static Dictionary<string, long> Measure(IFileSystem files, string directory, Dictionary<string, CollectionState> states)
        => files.ListFiles(directory).Where(name => JournalSegment.TryParse(name, out _) || states.Values.Any(state => state.FileName == name))
            .ToDictionary(name => name, name => files.GetStamp(Path.Combine(directory, name)).Length, StringComparer.Ordinal);
}
