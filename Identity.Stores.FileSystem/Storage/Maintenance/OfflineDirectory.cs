using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>A directory that no server uses: held for as long as one command takes.</summary>
internal sealed class OfflineDirectory
{
    private readonly IFileSystem _files;
    private readonly FileSystemStorageOptions _options;
    private readonly IReadOnlyList<CollectionDefinition> _definitions;
    private readonly TimeProvider _time;
    private readonly string _directory;

    public OfflineDirectory(IFileSystem files, FileSystemStorageOptions options, IEnumerable<CollectionDefinition> definitions, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(definitions);
        ArgumentNullException.ThrowIfNull(time);
        (_files, _options, _definitions, _time) = (files, options, [.. definitions], time);
        _directory = DirectoryPlace.Resolve(options.Directory);
    }

    public StorageReport Verify() => Run(() =>
    {
        if (DirectoryReplacement.Check(_files, _directory) is not null)
        {
            return new StorageReport(new Dictionary<string, int>(), [new(DirectoryReplacement.PlanName, null,
                "a recovery, an upgrade or a reseal was interrupted; the next start finishes it, and so does any command but this one") { IsMendedByStart = true }], []);
        }

        var inspection = new DirectoryInspection(_files, _options, _definitions, _time);
        return new StorageReport(inspection.CountEntries(), [.. inspection.Findings, .. DirectoryAccess.FindWiderRights(_files, _directory)], inspection.GetRemarks());
    });

    public StorageReport Recover() => Run(() =>
    {
        var finished = Finish();
        var inspection = new DirectoryInspection(_files, _options, _definitions, _time);
        var rights = DirectoryAccess.MakePrivate(_files, _directory, NullLogger.Instance);
        return new StorageReport(inspection.CountEntries(), [.. inspection.Findings, .. rights], inspection.GetRemarks())
        {
            Finished = finished,
            Kept = inspection.Salvage is { } salvage ? DirectoryRecovery.Run(_files, _directory, inspection, salvage, _time) : null,
        };
    });

    public StorageCompaction Compact() => Run(() =>
    {
        var finished = Finish();
        return DirectoryCompaction.Run(_files, _options, _definitions, _time) with { Finished = finished };
    });

    public StorageReseal Reseal(IEnumerable<string> names) => Run(() =>
    {
        var finished = Finish();
        return DirectoryReseal.Run(_files, _options, _definitions, names, _time) with { Finished = finished };
    });

    private string? Finish() => DirectoryReplacement.Complete(_files, _directory)?.Describe();

    private T Run<T>(Func<T> command)
    {
        DirectoryAccess.Inspect(_files, _directory, DirectoryFiles.IsKeptBy(_definitions));
        using var held = DirectoryLock.Acquire(_files, _directory, _time);
        try
        {
            return command();
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            throw new StorageException($"The storage directory '{_directory}' cannot be read or written: {exception.Message} " +
                "Nothing is lost; run the command again when it can.", exception);
        }
    }
}
