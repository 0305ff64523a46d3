using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Storage;

/// <summary>A storage directory of its own for a test, with two durable collections and one in memory; removed afterwards.</summary>
internal sealed class NoteDirectory : IAsyncDisposable
{
    private static readonly CollectionDefinition<Note> NotesDefinition = new("notes")
    {
        Json = NoteJson.Default.Note,
        Indexes = [Note.ByOwner, Note.ByTitle],
        ExpiresAt = note => note.Expires,
    };

    private static readonly CollectionDefinition<Note> OthersDefinition = new("others") { Json = NoteJson.Default.Note };

    private static readonly CollectionDefinition<Note> VolatileDefinition = new("volatile")
    {
        Indexes = [Note.ByOwner],
        ExpiresAt = note => note.Expires,
        Bound = new(note => note.Owner ?? string.Empty) { MaximumEntries = 10 },
    };

    private static readonly CollectionDefinition<Note> CappedDefinition = new("capped")
    {
        ExpiresAt = note => note.Expires,
        Bound = new(note => note.Owner) { MaximumEntriesPerOwner = 2 },
    };

    private StorageDirectory? _storage;

    public string Path { get; init; } = NewPath();

    public JumpingTime Time { get; } = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));

    public IFileSystem Files { get; init; } = new PhysicalFileSystem();

    public long SnapshotThreshold { get; init; } = long.MaxValue;

    public int JournalChunk { get; init; } = 1_024;

    public StorageDirectory Storage => _storage ??= Open();

    public Collection<Note> Notes => Storage.GetCollection(NotesDefinition);

    public Collection<Note> Others => Storage.GetCollection(OthersDefinition);

    public Collection<Note> Volatile => Storage.GetCollection(VolatileDefinition);

    /// <summary>In memory, two entries for each owner at most.</summary>
    public Collection<Note> Capped => Storage.GetCollection(CappedDefinition);

    /// <summary>A directory that is simulated, all of it.</summary>
    public static NoteDirectory Over(IFileSystem files) => new() { Files = files };

    /// <summary>What was logged until now.</summary>
    public LogRecorder Log { get; } = new();

    public StorageDirectory Open() => StorageDirectory.Open(Files, Options, Definitions, Time, Log.CreateLogger("storage"));

    private FileSystemStorageOptions Options => new() { Directory = Path, SnapshotThreshold = SnapshotThreshold, JournalChunk = JournalChunk };

    private static CollectionDefinition[] Definitions => [NotesDefinition, OthersDefinition, VolatileDefinition, CappedDefinition];

    public StorageReport Verify() => StorageMaintenance.Verify(Options, Definitions, Time);

    public StorageReport Recover() => StorageMaintenance.Recover(Options, Definitions, Time);

    public StorageCompaction Compact() => StorageMaintenance.Compact(Options, Definitions, Time);

    public StorageReseal Reseal(string name) => StorageMaintenance.Reseal(Options, Definitions, [name], Time);

    /// <summary>Damages a file as an editor would, or a disk.</summary>
    public async Task ReplaceAsync(string name, string old, string replacement)
        => await System.IO.File.WriteAllTextAsync(File(name), (await System.IO.File.ReadAllTextAsync(File(name))).Replace(old, replacement, StringComparison.Ordinal));

    private static string NewPath() => System.IO.Path.Combine(System.IO.Path.GetTempPath(), "identity-tests", Guid.NewGuid().ToString("N"));

    public string[] FileNames => [.. Directory.EnumerateFiles(Path).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>What is on disk at this moment, in a directory of its own: what a process finds that starts after a kill.</summary>
    public NoteDirectory AsAfterKill()
    {
        var copy = new NoteDirectory();
        copy.Time.SetUtcNow(Time.GetUtcNow());
        Directory.CreateDirectory(copy.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var path in Directory.EnumerateFiles(Path).Where(path => !System.IO.Path.GetFileName(path).StartsWith('.')))
        {
            System.IO.File.Copy(path, copy.File(System.IO.Path.GetFileName(path)));
        }

        return copy;
    }

    /// <summary>Leaves what a crash leaves in the middle of a write: the start of a line in the first segment.</summary>
    public async Task TearAsync(string startOfLine)
    {
        var path = File("journal-1.jsonl");
        var content = await System.IO.File.ReadAllTextAsync(path);
        await System.IO.File.WriteAllTextAsync(path, content.TrimEnd(' ', '\t') + startOfLine + content[(content.TrimEnd(' ', '\t').Length + startOfLine.Length)..]);
    }

    public async Task RestartAsync()
    {
        await CloseAsync();
        _ = Storage;
    }

    public async Task CloseAsync()
    {
        if (_storage is not null)
        {
            await _storage.DisposeAsync();
            _storage = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
