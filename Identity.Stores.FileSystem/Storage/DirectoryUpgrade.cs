using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Brings a directory that was read in an older format to the present one, as one step: after a crash it is still the old one,
/// to be upgraded again, or the new one. The files as they were are kept.
/// </summary>
internal static partial class DirectoryUpgrade
{
    /// <param name="files">The file system.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="loaded">What was read, and is sound.</param>
    /// <param name="states">The collections of the old manifest, as they were read.</param>
    /// <param name="logger">Told of it.</param>
    /// <returns>The new manifest.</returns>
    public static Manifest Run(IFileSystem files, string directory, DirectoryLoader loaded, IReadOnlyList<CollectionState> states, ILogger logger)
    {
        var old = loaded.Manifest!;
        var replacement = new DirectoryReplacement(files, directory);
        replacement.Begin();
        foreach (var state in states)
        {
            state.Upgrade(old.Format);
            replacement.Add(state, loaded.Sequence, loaded.Newest);
        }

        var manifest = new Manifest
        {
            Collections = Manifest.Empty<long>().AddRange(states.Select(state => KeyValuePair.Create(state.Name, loaded.Sequence))),
            Sequence = loaded.Sequence,
            Folded = loaded.LastSegment,
            Files = old.Files,
        };
        manifest = loaded.NameUnfinished(manifest);
        var keep = FreeFolder(files, directory, old.Format);
        replacement.Commit(manifest, keep);
        LogUpgraded(logger, directory, old.Format, StorageFormat.Current, keep);
        return manifest;
    }

    public static string FreeFolder(IFileSystem files, string directory, int format)
        => files.FreeName(directory, FormattableString.Invariant($"{DirectoryFiles.KeptPrefix}upgrade-{format}"));

    [LoggerMessage(EventId = 1006, Level = LogLevel.Warning,
        Message = "'{Path}' had format {Old} and was brought to format {New}. The files as they were are in its folder '{Kept}'; remove it when all is well.")]
    private static partial void LogUpgraded(ILogger logger, string path, int old, int @new, string kept);
}
