using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Stores;

/// <summary>Files in memory, for tests that open a directory thousands of times; its folder, which is real, stands for the place.</summary>
internal sealed class VolatileFileSystem : IFileSystem
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Content> _files = new(StringComparer.Ordinal);
    private long _writes;

    /// <summary>What it holds at this moment, in another folder: what a kill leaves.</summary>
    public VolatileFileSystem Copy(string folder, string to)
    {
        var copy = new VolatileFileSystem();
        lock (_lock)
        {
            foreach (var (path, content) in _files.Where(file => Path.GetFileName(file.Key)[0] is not '.'))
            {
                var copied = new Content { LastWrite = content.LastWrite };
                content.Bytes.WriteTo(copied.Bytes);
                copy._files.Add(Path.Combine(to, Path.GetRelativePath(folder, path)), copied);
            }

            copy._writes = _writes;
        }

        return copy;
    }

    public IDisposable? TryLock(string path) => new PhysicalFileSystem().TryLock(path);

    public bool FolderExists(string path) => Directory.Exists(path);

    public FileIdentity? Identify(string path) => FileExists(path) ? new(EntryKind.File) : FileIdentity.Of(path);

    public UnixFileMode? GetMode(string path) => null;

    public void SetMode(string path, UnixFileMode mode) => throw new NotSupportedException();

    public string? GetFormat(string folder) => null;

    public IReadOnlyList<string> ListFolders(string folder) => [];

    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return _files.ContainsKey(path);
        }
    }

    public IReadOnlyList<string> ListFiles(string folder)
    {
        lock (_lock)
        {
            return [.. _files.Keys.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path))];
        }
    }

    public void CreateFolder(string path) => new PhysicalFileSystem().CreateFolder(path);

    public IWritableFile CreateFile(string path)
    {
        lock (_lock)
        {
            var content = new Content();
            return _files.TryAdd(path, content) ? new File(this, content) : throw new IOException($"'{path}' exists.");
        }
    }

    public IWritableFile OpenFile(string path) => new File(this, Find(path));

    public Stream OpenRead(string path)
    {
        lock (_lock)
        {
            return new MemoryStream(Find(path).Bytes.ToArray(), writable: false);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            _files[to] = Find(from);
            _files.Remove(from);
        }
    }

    public void Delete(string path)
    {
        lock (_lock)
        {
            _files.Remove(path);
        }
    }

    public void FlushFolder(string path)
    {
    }

    public FileStamp GetStamp(string path)
    {
        lock (_lock)
        {
            return _files.TryGetValue(path, out var content) ? new(content.Bytes.Length, content.LastWrite) : default;
        }
    }

    private Content Find(string path)
    {
        lock (_lock)
        {
            return _files.TryGetValue(path, out var content) ? content : throw new FileNotFoundException($"There is no '{path}'.", path);
        }
    }

    private void Write(Content content, ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_lock)
        {
            content.Bytes.Position = offset;
            content.Bytes.Write(bytes);

            // By this an edit is told from what the engine wrote: no two writes have the same time.
            content.LastWrite = new DateTime(++_writes, DateTimeKind.Utc);
        }
    }

    private sealed class Content
    {
        public MemoryStream Bytes { get; } = new();

        public DateTime LastWrite { get; set; }
    }

    private sealed class File(VolatileFileSystem owner, Content content) : IWritableFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset) => owner.Write(content, bytes, offset);

        public void Flush()
        {
        }

        public void Dispose()
        {
        }
    }
}
