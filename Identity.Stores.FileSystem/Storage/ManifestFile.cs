namespace Identity.Stores.FileSystem.Storage;

/// <summary>The manifest as it stands, and its file. Flushes, snapshots and key files update it, one at a time.</summary>
internal sealed class ManifestFile(IFileSystem files, string directory, Manifest manifest, long lastSegment)
{
    private readonly Lock _lock = new();
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
            changed.Write(files, directory);
            _current = changed;
        }
    }
}
