using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>The real file system, with calls that fail when a test says so.</summary>
internal sealed class FaultyFileSystem : IFileSystem
{
    private readonly PhysicalFileSystem _files = new();
    private readonly Lock _lock = new();
    private readonly List<string> _calls = [];

    /// <summary>Decides by number (from 0) and name whether a call fails, and how.</summary>
    public Func<int, string, Fault> Decide { get; set; } = (_, _) => Fault.None;

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public int Count(string call) => Calls.Count(name => name == call);

    public void Reset()
    {
        lock (_lock)
        {
            _calls.Clear();
        }
    }

    public IDisposable Hold(string folder, TimeProvider time) => _files.Hold(folder, time);

    public bool FileExists(string path) => _files.FileExists(path);

    public IReadOnlyList<string> ListFiles(string folder) => _files.ListFiles(folder);

    public IReadOnlyList<string> ListFolders(string folder) => _files.ListFolders(folder);

    public void CreateFolder(string path) => Do("CreateFolder", () => _files.CreateFolder(path));

    public IWritableFile CreateFile(string path)
    {
        IWritableFile? file = null;
        Do("CreateFile", () => file = _files.CreateFile(path));
        return new FaultyFile(this, file!);
    }

    public IWritableFile OpenFile(string path)
    {
        IWritableFile? file = null;
        Do("OpenFile", () => file = _files.OpenFile(path));
        return new FaultyFile(this, file!);
    }

    public Stream OpenRead(string path)
    {
        Stream? stream = null;
        Do("OpenRead", () => stream = _files.OpenRead(path));
        return stream!;
    }

    public void Rename(string from, string to) => Do("Rename", () => _files.Rename(from, to));

    public void Delete(string path) => Do("Delete", () => _files.Delete(path));

    public void FlushFolder(string path) => Do("FlushFolder", () => _files.FlushFolder(path));

    public FileStamp GetStamp(string path) => _files.GetStamp(path);

    private void Do(string name, Action call)
    {
        var fault = Next(name);
        if (fault is Fault.After)
        {
            call();
        }

        if (fault is not Fault.None)
        {
            throw new IOException($"No space left on device (injected into {name})");
        }

        call();
    }

    private Fault Next(string name)
    {
        lock (_lock)
        {
            _calls.Add(name);
            return Decide(_calls.Count - 1, name);
        }
    }

    private sealed class FaultyFile(FaultyFileSystem owner, IWritableFile file) : IWritableFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            switch (owner.Next("Write"))
            {
                case Fault.None:
                    file.Write(bytes, offset);
                    return;
                case Fault.After:
                    file.Write(bytes[..(bytes.Length / 2)], offset);
                    break;
            }

            throw new IOException("No space left on device (injected into Write)");
        }

        public void Flush() => owner.Do("Flush", file.Flush);

        public void Dispose() => file.Dispose();
    }
}

/// <summary>How a call fails.</summary>
internal enum Fault
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Nothing was done.</summary>
    Before,

    /// <summary>It was done (a write: half of it) and reported as failed.</summary>
    After,
}
