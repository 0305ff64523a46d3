using System.Security.Cryptography;
using System.Text;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>
/// A file system in memory, which also knows what a disk would hold: bytes that were flushed, under names whose folder was. Every
/// call that changes something can be made to fail.
/// </summary>
internal sealed class MemoryFileSystem(string root) : IFileSystem
{
    private readonly Dictionary<string, Node> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _durableFiles = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal) { root };
    private readonly HashSet<string> _durableFolders = new(StringComparer.Ordinal) { root };
    private readonly Lock _lock = new();
    private long _clock;

    /// <summary>Called with its number, from 0, and its name before a call that changes something; when it throws, a write is half done and any other call not at all.</summary>
    public Action<int, string>? Entering { get; set; }

    /// <summary>How many such calls there were.</summary>
    public int Calls { get; private set; }

    /// <summary>The files by their name relative to the root, and what they hold; without the one that says who holds the directory.</summary>
    public SortedDictionary<string, byte[]> Content => new(_files.Where(file => Path.GetFileName(file.Key) is not DirectoryLock.OwnerFileName).ToDictionary(file => Path.GetRelativePath(root, file.Key), file => file.Value.Content), StringComparer.Ordinal);

    public IEnumerable<string> Names => Content.Keys;

    public byte[] this[string name]
    {
        get => _files[Path.Combine(root, name)].Content;
        set
        {
            var path = Path.Combine(root, name);
            _folders.Add(Path.GetDirectoryName(path)!);
            _files[path] = new Node { Content = value, Durable = value, LastWrite = ++_clock };
        }
    }

    public void Remove(string name) => _files.Remove(Path.Combine(root, name));

    /// <summary>What a process finds that starts after this one was killed: everything that was done.</summary>
    public MemoryFileSystem AfterKill()
    {
        lock (_lock)
        {
            return Copy(_files, _folders, node => node.Content);
        }
    }

    /// <summary>The same files on a disk that promises no order.</summary>
    public SimulatedDisk OnDisk()
    {
        var disk = new SimulatedDisk();
        foreach (var (name, content) in Content)
        {
            disk.Put(name, content);
        }

        return disk;
    }

    /// <summary>In the same place, what a disk holds.</summary>
    public MemoryFileSystem WithContentOf(SimulatedDisk disk)
    {
        var files = new MemoryFileSystem(root);
        foreach (var name in disk.FileNames)
        {
            files[name] = disk.Read(name);
        }

        return files.AfterKill();
    }

    /// <summary>What it finds after a power loss at the worst moment: only what was flushed.</summary>
    public MemoryFileSystem AfterPowerLoss()
    {
        lock (_lock)
        {
            return Copy(_durableFiles.Where(file => _durableFolders.Contains(Path.GetDirectoryName(file.Key)!)), _durableFolders, node => node.Durable);
        }
    }

    /// <summary>Tells it from those that hold something else, or would after a power loss.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AddNames(_folders);
        AddNames(_durableFolders);
        AddFiles(_files, node => node.Content);
        AddFiles(_durableFiles, node => node.Durable);
        AddNames(_files.Where(file => file.Value.IsForgotten).Select(file => file.Key));
        return Convert.ToHexString(hash.GetHashAndReset());

        void AddNames(IEnumerable<string> names)
            => hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', names.Order(StringComparer.Ordinal)) + "\n\n"));

        void AddFiles(Dictionary<string, Node> nodes, Func<Node, byte[]> content)
        {
            AddNames(nodes.Keys);
            foreach (var (_, node) in nodes.OrderBy(file => file.Key, StringComparer.Ordinal))
            {
                hash.AppendData(SHA256.HashData(content(node)));
            }
        }
    }

    // Whoever has it is the only one.
    public IDisposable? TryLock(string path) => Stream.Null;

    public bool FileExists(string path) => _files.ContainsKey(path);

    public bool FolderExists(string path) => _folders.Contains(path);

    public FileIdentity? Identify(string path)
        => _files.ContainsKey(path) ? new(EntryKind.File) : FolderExists(path) ? new(EntryKind.Folder) : null;

    public UnixFileMode? GetMode(string path) => null;

    public void SetMode(string path, UnixFileMode mode) => throw new NotSupportedException();

    public string? GetFormat(string folder) => null;

    public IReadOnlyList<string> ListFiles(string folder) => NamesIn(_files.Keys, folder);

    public IReadOnlyList<string> ListFolders(string folder) => NamesIn(_folders, folder);

    public void CreateFolder(string path) => Do("CreateFolder", () => _folders.Add(path.TrimEnd(Path.DirectorySeparatorChar)));

    public IWritableFile CreateFile(string path)
    {
        Do("CreateFile", () =>
        {
            RequireFolder(path);
            if (!_files.TryAdd(path, new Node { LastWrite = ++_clock }))
            {
                throw new IOException($"The file '{path}' already exists.");
            }
        });
        return new OpenedFile(this, _files[path]);
    }

    public IWritableFile OpenFile(string path)
    {
        Do("OpenFile", () => Require(path));
        return new OpenedFile(this, _files[path]);
    }

    public Stream OpenRead(string path) => new MemoryStream(Require(path).Content, writable: false);

    public void Rename(string from, string to) => Do("Rename", () =>
    {
        RequireFolder(to);
        _files[to] = Require(from);
        _files.Remove(from);
    });

    public void Delete(string path) => Do("Delete", () => _files.Remove(path));

    public void FlushFolder(string path) => Do("FlushFolder", () =>
    {
        var folder = path.TrimEnd(Path.DirectorySeparatorChar);
        foreach (var name in _durableFiles.Keys.Where(name => Path.GetDirectoryName(name) == folder).ToList())
        {
            _durableFiles.Remove(name);
        }

        foreach (var (name, node) in _files.Where(file => Path.GetDirectoryName(file.Key) == folder))
        {
            _durableFiles[name] = node;
        }

        _durableFolders.UnionWith(_folders.Where(name => Path.GetDirectoryName(name) == folder));
    });

    public FileStamp GetStamp(string path) => _files.TryGetValue(path, out var node) ? new(node.Content.Length, new DateTime(node.LastWrite)) : default;

    private static List<string> NamesIn(IEnumerable<string> paths, string folder)
    {
        var parent = folder.TrimEnd(Path.DirectorySeparatorChar);
        return [.. paths.Where(path => Path.GetDirectoryName(path) == parent).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
    }

    private MemoryFileSystem Copy(IEnumerable<KeyValuePair<string, Node>> files, IEnumerable<string> folders, Func<Node, byte[]> content)
    {
        var copy = new MemoryFileSystem(root) { _clock = _clock };
        copy._folders.UnionWith(folders);
        copy._durableFolders.UnionWith(folders);
        foreach (var (path, node) in files)
        {
            copy._files[path] = copy._durableFiles[path] = new Node { Content = content(node), Durable = content(node), LastWrite = node.LastWrite };
        }

        return copy;
    }

    private Node Require(string path) => _files.TryGetValue(path, out var node) ? node : throw new FileNotFoundException($"Could not find file '{path}'.");

    private void RequireFolder(string path)
    {
        if (!_folders.Contains(Path.GetDirectoryName(path)!))
        {
            throw new DirectoryNotFoundException($"Could not find a part of the path '{path}'.");
        }
    }

    private void Do(string name, Action call, Action? half = null)
    {
        var number = Calls++;
        try
        {
            Entering?.Invoke(number, name);
        }
        catch (IOException)
        {
            half?.Invoke();
            throw;
        }

        lock (_lock)
        {
            call();
        }
    }

    /// <summary>What a name stands for. Arrays are replaced and never changed, so that copies share them.</summary>
    private sealed class Node
    {
        public byte[] Content { get; set; } = [];

        public byte[] Durable { get; set; } = [];

        public long LastWrite { get; set; }

        /// <summary>Whether a flush failed after which the disk gets nothing more of it, whatever later ones say.</summary>
        public bool IsForgotten { get; set; }
    }

    private sealed class OpenedFile(MemoryFileSystem owner, Node node) : IWritableFile, IUnreliableFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            var content = bytes.ToArray();
            owner.Do("Write", () => Put(content, (int)offset), () => Put(content[..(content.Length / 2)], (int)offset));
        }

        public void Flush() => owner.Do("Flush", () => node.Durable = node.IsForgotten ? node.Durable : node.Content);

        public void Drop() => node.Content = node.Durable;

        public void Forget() => node.IsForgotten = true;

        public void Dispose()
        {
        }

        private void Put(byte[] bytes, int offset)
        {
            var content = new byte[Math.Max(node.Content.Length, offset + bytes.Length)];
            node.Content.CopyTo(content, 0);
            bytes.CopyTo(content, offset);
            (node.Content, node.LastWrite) = (content, ++owner._clock);
        }
    }
}
