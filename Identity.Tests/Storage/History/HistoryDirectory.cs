using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Tests.Storage.History;

/// <summary>A directory with the collections of a history.</summary>
internal sealed class HistoryDirectory : IAsyncDisposable
{
    private readonly IFileSystem _files;
    private readonly string _path = Path.Combine(Path.GetTempPath(), "identity-history");
    private StorageDirectory? _storage;

    private HistoryDirectory(IFileSystem files) => _files = files;

    public static HistoryDirectory Over(IFileSystem files) => new(files);

    public StorageDirectory Open() => _storage = StorageDirectory.Open(
        _files,
        new FileSystemStorageOptions { Directory = _path, SnapshotThreshold = 10_000, JournalChunk = 4_096 },
        [HistoryClient.Left, HistoryClient.Right], TimeProvider.System, NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        if (_storage is not null)
        {
            await _storage.DisposeAsync();
        }
    }
}
