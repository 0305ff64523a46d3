using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>
/// A disk in memory that knows what was flushed, and so what a kill or a loss of power would leave: a kill everything, a loss
/// of power what was flushed and, of the rest, any part. Its root is the folder that is asked about first.
/// </summary>
internal sealed class SimulatedDisk : IFileSystem
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SimulatedFile> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedFile> _durableNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locked = new(StringComparer.Ordinal);
    private string? _root;
    private long _writes;

    /// <summary>The names of all files, relative to the root.</summary>
    public IReadOnlyList<string> FileNames
    {
        get
        {
            lock (_lock)
            {
                return [.. _names.Keys];
            }
        }
    }

    /// <summary>What a process finds that starts after this one was killed: every write counts, and what was not flushed is as far from the disk as before.</summary>
    public SimulatedDisk AfterKill()
    {
        var copy = new SimulatedDisk();
        lock (_lock)
        {
            var files = _names.Values.Concat(_durableNames.Values).Distinct().ToDictionary(file => file, file => file.Copy());
            foreach (var (name, file) in _names)
            {
                copy._names.Add(name, files[file]);
            }

            foreach (var (name, file) in _durableNames)
            {
                copy._durableNames.Add(name, files[file]);
            }

            copy._folders.UnionWith(_folders);
            copy._writes = _writes;
        }

        return copy;
    }

    /// <summary>What a process finds after a loss of power.</summary>
    /// <param name="chance">Decides over everything that was not flushed; without it all of that is gone.</param>
    public SimulatedDisk AfterPowerLoss(Chance? chance)
    {
        var copy = new SimulatedDisk();
        lock (_lock)
        {
            // Each name may have kept its old meaning or have its new one, whatever became of the others: no order is promised.
            var left = new SortedDictionary<string, SimulatedFile>(StringComparer.Ordinal);
            foreach (var name in _names.Keys.Union(_durableNames.Keys).Order(StringComparer.Ordinal))
            {
                var isNew = chance?.OneIn(2) is true;
                if ((isNew ? _names : (IReadOnlyDictionary<string, SimulatedFile>)_durableNames).TryGetValue(name, out var file))
                {
                    left[name] = file;
                }
            }

            // A rename is one change, though: a file whose name was durable is under that or under its new one, and not under both.
            foreach (var (name, file) in _names.Where(entry => _durableNames.ContainsValue(entry.Value)))
            {
                var found = left.Where(entry => entry.Value == file).Select(entry => entry.Key).ToList();
                if (found.Count is not 1)
                {
                    found.ForEach(other => left.Remove(other));
                    left[name] = file;
                }
            }

            foreach (var (name, file) in left)
            {
                copy.Put(name, file.AfterPowerLoss(chance));
                copy._names[name].Mode = file.Mode;
            }
        }

        return copy;
    }

    /// <summary>Puts a file there, durably.</summary>
    public void Put(string name, byte[] content)
    {
        lock (_lock)
        {
            _names[name] = _durableNames[name] = new SimulatedFile(content, ++_writes);
            _folders.Add(FolderOf(name));
        }
    }

    public byte[] Read(string name)
    {
        lock (_lock)
        {
            return _names[name].Content;
        }
    }

    public IDisposable? TryLock(string path)
    {
        var name = NameOf(path);
        lock (_lock)
        {
            return _locked.Add(name) ? new HeldLock(this, name) : null;
        }
    }

    public FileIdentity? Identify(string path)
    {
        lock (_lock)
        {
            return FolderExists(path) ? new(EntryKind.Folder) : _names.ContainsKey(NameOf(path)) ? new(EntryKind.File) : null;
        }
    }

    public bool FolderExists(string path)
    {
        var name = NameOf(path);
        lock (_lock)
        {
            // Where it lies there are folders up to the root of the real disk.
            return name.StartsWith("..", StringComparison.Ordinal) || _folders.Contains(name);
        }
    }

    public UnixFileMode? GetMode(string path)
    {
        lock (_lock)
        {
            return FolderExists(path) ? FolderMode : Find(path).Mode;
        }
    }

    public void SetMode(string path, UnixFileMode mode)
    {
        lock (_lock)
        {
            Find(path).Mode = mode;
        }
    }

    public string? GetFormat(string folder) => null;

    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return _names.ContainsKey(NameOf(path));
        }
    }

    public IReadOnlyList<string> ListFiles(string folder)
    {
        var name = NameOf(folder);
        lock (_lock)
        {
            return [.. _names.Keys.Where(file => FolderOf(file) == name).Select(file => Path.GetFileName(file))];
        }
    }

    public IReadOnlyList<string> ListFolders(string folder)
    {
        var name = NameOf(folder);
        lock (_lock)
        {
            return [.. _folders.Where(path => path.Length > 0 && FolderOf(path) == name).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
    }

    public void CreateFolder(string path)
    {
        var name = NameOf(path);
        lock (_lock)
        {
            _folders.Add(name);
        }
    }

    public IWritableFile CreateFile(string path)
    {
        var name = NameOf(path);
        lock (_lock)
        {
            if (!_folders.Contains(FolderOf(name)))
            {
                throw new DirectoryNotFoundException($"There is no folder for '{path}'.");
            }

            var file = new SimulatedFile([], ++_writes);
            return _names.TryAdd(name, file) ? new Handle(this, file) : throw new IOException($"'{path}' exists.");
        }
    }

    public IWritableFile OpenFile(string path)
    {
        lock (_lock)
        {
            return new Handle(this, Find(path));
        }
    }

    public Stream OpenRead(string path)
    {
        lock (_lock)
        {
            return new MemoryStream(Find(path).Content, writable: false);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            _names[NameOf(to)] = Find(from);
            _names.Remove(NameOf(from));
        }
    }

    public void Delete(string path)
    {
        lock (_lock)
        {
            _names.Remove(NameOf(path));
        }
    }

    public void FlushFolder(string path)
    {
        var folder = NameOf(path);
        lock (_lock)
        {
            foreach (var name in _durableNames.Keys.Where(name => FolderOf(name) == folder).ToList())
            {
                _durableNames.Remove(name);
            }

            foreach (var (name, file) in _names.Where(entry => FolderOf(entry.Key) == folder))
            {
                _durableNames[name] = file;
            }
        }
    }

    public FileStamp GetStamp(string path)
    {
        lock (_lock)
        {
            return _names.TryGetValue(NameOf(path), out var file) ? new(file.Content.Length, new DateTime(file.LastWrite, DateTimeKind.Utc)) : default;
        }
    }

    private SimulatedFile Find(string path)
        => _names.TryGetValue(NameOf(path), out var file) ? file : throw new FileNotFoundException($"There is no '{path}'.");

    private string NameOf(string path) => Path.GetRelativePath(_root ??= path, path) is var name and not "." ? name : string.Empty;

    private static string FolderOf(string name) => Path.GetDirectoryName(name) ?? string.Empty;

    private sealed class HeldLock(SimulatedDisk disk, string name) : IDisposable
    {
        public void Dispose()
        {
            lock (disk._lock)
            {
                disk._locked.Remove(name);
            }
        }
    }

    private sealed class Handle(SimulatedDisk disk, SimulatedFile file) : IWritableFile, IUnreliableFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (disk._lock)
            {
                file.Write(bytes, offset, ++disk._writes);
            }
        }

        public void Flush()
        {
            lock (disk._lock)
            {
                file.Flush();
            }
        }

        public void Drop()
        {
            lock (disk._lock)
            {
                file.Drop();
            }
        }

        public void Forget()
        {
            lock (disk._lock)
            {
                file.Forget();
            }
        }

        public void Dispose()
        {
        }
    }
}
