namespace Identity.Stores.FileSystem.Storage;

internal sealed class PhysicalFileSystem : IFileSystem
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = PrivateFile | UnixFileMode.UserExecute;

    // What opening says there when another process holds the lock.
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    public IDisposable? TryLock(string path)
    {
        // The folder, too: somebody may have removed the file, and a second owner would lock another one of that name.
        if (!FolderLock.TryAcquire(Path.GetDirectoryName(path)!, out var folder))
        {
            return null;
        }

        FileStream? file = null;
        try
        {
            file = TryOpenAlone(path);

            // Some file systems take a lock without holding it: then a second owner would get in unnoticed.
            if (file is not null && TryOpenAlone(path) is { } second)
            {
                second.Dispose();
                throw new NotSupportedException("The file system there has no locks.");
            }
        }
        catch
        {
            file?.Dispose();
            folder?.Dispose();
            throw;
        }

        if (file is null)
        {
            folder?.Dispose();
            return null;
        }

        return new HeldLock(file, folder);
    }

    public bool FileExists(string path) => File.Exists(path);

    public bool FolderExists(string path) => Directory.Exists(path);

    public FileIdentity? Identify(string path) => FileIdentity.Of(path);

    public UnixFileMode? GetMode(string path) => OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);

    public void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    public IReadOnlyList<string> ListFiles(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    public IReadOnlyList<string> ListFolders(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    public void CreateFolder(string path)
    {
        // The name of a new folder stands in the one above, and is durable when that is flushed.
        List<string> changed = [];
        for (var folder = path; !Directory.Exists(folder) && Path.GetDirectoryName(folder) is { Length: > 0 } parent; folder = parent)
        {
            changed.Add(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, PrivateFolder);
        }

        changed.ForEach(FlushFolder);
    }

    public IWritableFile CreateFile(string path) => new WritableFile(path, FileMode.CreateNew);

    public IWritableFile OpenFile(string path) => new WritableFile(path, FileMode.Open);

    public Stream OpenRead(string path) => new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read,
        BufferSize = 0,
        Options = FileOptions.SequentialScan,
    });

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void FlushFolder(string path) => DiskFlush.FlushFolder(path);

    public FileStamp GetStamp(string path)
    {
        var info = new FileInfo(path);
        return info.Exists ? new(info.Length, info.LastWriteTimeUtc) : default;
    }

    public string? GetFormat(string folder) => NetworkFileSystems.NameOf(folder);

    private static FileStream? TryOpenAlone(string path)
    {
        try
        {
            return new FileStream(path, Private(new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None }));
        }
        catch (IOException exception) when (exception.HResult is FolderLock.LinuxWouldBlock or FolderLock.MacWouldBlock or WindowsSharingViolation)
        {
            return null;
        }
    }

    /// <summary>A file that these create is its owner's alone from its first moment.</summary>
    private static FileStreamOptions Private(FileStreamOptions options)
    {
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = PrivateFile;
        }

        return options;
    }

    private sealed class HeldLock(FileStream file, IDisposable? folder) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            folder?.Dispose();
        }
    }

    private sealed class WritableFile : IWritableFile
    {
        // A stream, since only a stream takes the mode that the file has from its first moment; it buffers nothing.
        private readonly FileStream _stream;

        public WritableFile(string path, FileMode mode)
        {
            var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
            _stream = new FileStream(path, mode is FileMode.CreateNew ? Private(options) : options);
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_stream.SafeFileHandle, bytes, offset);

        public void Flush() => DiskFlush.FlushFile(_stream.SafeFileHandle, _stream.Name);

        public void Dispose() => _stream.Dispose();
    }
}
