using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>The manifest as it stands, and its file. Flushes, snapshots and key files update it, one at a time.</summary>
internal sealed class ManifestFile(IFileSystem files, string directory, Manifest manifest, long lastSegment, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly string _path = Path.Combine(directory, Manifest.FileName);
    private byte[]? _known = Read(files, directory);
    private byte[]? _written;
    private byte[]? _kept;
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
            KeepEdited();

            // Noted before: a write that is reported as failed may have been done, and must not pass for an edit.
            files.WriteAtomically(_path, _written = changed.ToBytes());
            (_current, _known) = (changed, _written);
        }
    }

    /// <summary>Whether nobody has changed or removed the file since it was written or read.</summary>
    public bool IsAsWritten()
    {
        lock (_lock)
        {
            return Read(files, directory) is { } present && IsOurs(present);
        }
    }

    private void KeepEdited()
    {
        if (Read(files, directory) is not { } present)
        {
            return;
        }

        if (IsOurs(present))
        {
            // Of two updates that were reported as failed the first may have been done.
            _known = present;
        }
        else if (_kept is null || !present.AsSpan().SequenceEqual(_kept))
        {
            EditedCopy.Keep(files, directory, Manifest.FileName, time.GetUtcNow(), logger);
            _kept = present;
        }
    }

    private bool IsOurs(byte[] present) => (_known is not null && present.AsSpan().SequenceEqual(_known)) || (_written is not null && present.AsSpan().SequenceEqual(_written));

    private static byte[]? Read(IFileSystem files, string directory)
        => Path.Combine(directory, Manifest.FileName) is var path && files.FileExists(path) ? files.ReadAllBytes(path) : null;
}
