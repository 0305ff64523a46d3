using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>The manifest as it stands, and its file. Flushes, snapshots and key files update it, one at a time.</summary>
internal sealed class ManifestFile(IFileSystem files, string directory, Manifest manifest, long lastSegment, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly string _path = Path.Combine(directory, Manifest.FileName);
    private readonly ReplacedFile _file = new(files, directory, Manifest.FileName, files.GetStamp(Path.Combine(directory, Manifest.FileName)), logger);
    private Manifest _current = manifest;
    private long _lastSegment = lastSegment;

    public Manifest Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>A number that no segment has had since the directory was opened, not even one that failed.</summary>
    public long NextSegment()
    {
        lock (_lock)
        {
            return ++_lastSegment;
        }
    }

    /// <summary>
    /// Changes the manifest and makes it durable. If that fails nothing here counts on the change, though the file may carry it until the
    /// next update.
    /// </summary>
    public void Update(Func<Manifest, Manifest> change)
    {
        lock (_lock)
        {
            var changed = change(_current);
            files.WriteAtomically(_path, changed.ToBytes(), temporary => _file.ReplaceBy(temporary, time.GetUtcNow()));
            _current = changed;
        }
    }

    /// <summary>Whether nobody has changed or removed the file since it was written or read.</summary>
    public bool IsAsWritten()
    {
        lock (_lock)
        {
            return _file.IsAsWritten;
        }
    }
}
