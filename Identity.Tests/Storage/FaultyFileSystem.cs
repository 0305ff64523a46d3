using System.Diagnostics;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>A file system, the real one unless another is given, with calls that fail when a test says so.</summary>
internal sealed class FaultyFileSystem(IFileSystem? disk = null) : IFileSystem
{
    private readonly IFileSystem _disk = disk ?? new PhysicalFileSystem();
    private readonly Lock _lock = new();
    private readonly List<FileCall> _calls = [];

    /// <summary>Decides by number (from 0) and name whether a call fails, and how.</summary>
    public Func<int, string, Fault> Decide { get; set; } = (_, _) => Fault.None;

    /// <summary>Decides like <see cref="Decide"/>, knowing the file, and is asked after it.</summary>
    public Func<FileCall, Fault> DecideCall { get; set; } = _ => Fault.None;

    /// <summary>What is said to be the file system's name.</summary>
    public string? Format { get; init; }

    public IReadOnlyList<FileCall> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public int Count(string call) => Calls.Count(made => made.Name == call);

    public void Reset()
    {
        lock (_lock)
        {
            _calls.Clear();
        }
    }

    public IDisposable? TryLock(string path) => Do("TryLock", path, () => _disk.TryLock(path), held => held?.Dispose());

    public bool FileExists(string path) => Do("FileExists", path, () => _disk.FileExists(path));

    public bool FolderExists(string path) => Do("FolderExists", path, () => _disk.FolderExists(path));

    public FileIdentity? Identify(string path) => Do("Identify", path, () => _disk.Identify(path));

    public UnixFileMode? GetMode(string path) => Do("GetMode", path, () => _disk.GetMode(path));

    public void SetMode(string path, UnixFileMode mode) => Do("SetMode", path, () => _disk.SetMode(path, mode));

    public IReadOnlyList<string> ListFiles(string folder) => Do("ListFiles", folder, () => _disk.ListFiles(folder));

    public IReadOnlyList<string> ListFolders(string folder) => Do("ListFolders", folder, () => _disk.ListFolders(folder));

    public void CreateFolder(string path) => Do("CreateFolder", path, () => _disk.CreateFolder(path));

    public IWritableFile CreateFile(string path) => new FaultyFile(this, path, Do("CreateFile", path, () => _disk.CreateFile(path), file => file.Dispose()));

    public IWritableFile OpenFile(string path) => new FaultyFile(this, path, Do("OpenFile", path, () => _disk.OpenFile(path), file => file.Dispose()));

    public Stream OpenRead(string path) => new FaultyStream(this, path, Do("OpenRead", path, () => _disk.OpenRead(path), stream => stream.Dispose()));

    public void Rename(string from, string to) => Do("Rename", to, () => _disk.Rename(from, to));

    public void Delete(string path) => Do("Delete", path, () => _disk.Delete(path));

    public void FlushFolder(string path) => Do("FlushFolder", path, () => _disk.FlushFolder(path));

    public string? GetFormat(string folder) => Do("GetFormat", folder, () => Format ?? _disk.GetFormat(folder));

    public FileStamp GetStamp(string path) => Do("GetStamp", path, () => _disk.GetStamp(path));

    private void Do(string name, string path, Action call) => Do(name, path, () =>
    {
        call();
        return true;
    });

    private T Do<T>(string name, string path, Func<T> call, Action<T>? undo = null)
    {
        var fault = Next(name, path);
        if (fault is Fault.None)
        {
            return call();
        }

        if (fault is Fault.After)
        {
            var result = call();
            undo?.Invoke(result);
        }

        throw Failure(fault, name);
    }

    private Fault Next(string name, string path, bool isOfLines = false)
    {
        FileCall call;
        lock (_lock)
        {
            _calls.Add(call = new(_calls.Count, name, path, isOfLines));
        }

        return Decide(call.Number, name) is not Fault.None and var fault ? fault : DecideCall(call);
    }

    private static Exception Failure(Fault fault, string name) => fault switch
    {
        Fault.Kill => Kill(),
        Fault.Denied => new UnauthorizedAccessException($"Access to the path is denied (injected into {name})"),
        Fault.Full => new IOException($"No space left on device (injected into {name})", hresult: 28),
        _ => new IOException($"Input/output error (injected into {name})"),
    };

    private static UnreachableException Kill()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        self.WaitForExit();
        return new UnreachableException();
    }

    private sealed class FaultyFile(FaultyFileSystem owner, string path, IWritableFile file) : IWritableFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            var fault = owner.Next("Write", path, offset > 0 && bytes is [(byte)'{', ..]);
            if (fault is Fault.None or Fault.After or Fault.Full or Fault.Kill)
            {
                file.Write(fault is Fault.None ? bytes : bytes[..(bytes.Length / 2)], offset);
            }

            if (fault is not Fault.None)
            {
                throw Failure(fault, "Write");
            }
        }

        public void Flush()
        {
            var fault = owner.Next("Flush", path);
            switch (fault)
            {
                case Fault.None or Fault.After:
                    file.Flush();
                    break;
                case Fault.Dropped:
                    ((IUnreliableFile)file).Drop();
                    break;
                case Fault.Forgotten:
                    ((IUnreliableFile)file).Forget();
                    break;
            }

            if (fault is not Fault.None)
            {
                throw Failure(fault, "Flush");
            }
        }

        public void Dispose() => file.Dispose();
    }

    private sealed class FaultyStream(FaultyFileSystem owner, string path, Stream stream) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => stream.Length;

        public override long Position
        {
            get => stream.Position;
            set => stream.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => owner.Do("Read", path, () => stream.Read(buffer, offset, count));

        public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

        public override void Flush() => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
