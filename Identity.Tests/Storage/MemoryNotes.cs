using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Identity.Tests.Storage;

/// <summary>
/// Notes in a directory in memory, so that thousands of damaged ones can be opened. An empty directory stands for the place of all of
/// them.
/// </summary>
internal sealed class MemoryNotes : IDisposable
{
    public static readonly CollectionDefinition<Note> Notes = new("notes")
    {
        Json = NoteJson.Default.Note,
        Indexes = [Note.ByOwner, Note.ByTitle],
        ExpiresAt = note => note.Expires,
        References = [new("owner", "others", note => note.Owner)],
    };

    public static readonly CollectionDefinition<Note> Others = new("others") { Json = NoteJson.Default.Note };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("identity-memory-");

    public MemoryNotes() => Files = new MemoryFileSystem(Root);

    public string Root => _directory.FullName;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));

    /// <summary>The directory; a test may put another in its place.</summary>
    public MemoryFileSystem Files { get; set; }

    private FileSystemStorageOptions Options => new() { Directory = Root, SnapshotThreshold = long.MaxValue, JournalChunk = 512 };

    public StorageDirectory Open(IFileSystem? files = null) => StorageDirectory.Open(files ?? Files, Options, [Notes, Others], Time, NullLogger.Instance);

    public StorageReport Verify(IFileSystem? files = null) => Offline(files).Verify();

    public StorageReport Recover(IFileSystem? files = null) => Offline(files).Recover();

    public StorageCompaction Compact(IFileSystem? files = null) => Offline(files).Compact();

    public StorageReseal Reseal(params string[] names) => Offline(null).Reseal(names);

    public StorageReseal Reseal(IFileSystem files, params string[] names) => Offline(files).Reseal(names);

    /// <summary>Opens a directory, as a server does that is killed afterwards, and returns the JSON of each entry by collection and identifier.</summary>
    public SortedDictionary<string, string> Read(MemoryFileSystem files) => Read(Open(files));

    public static SortedDictionary<string, string> Read(StorageDirectory storage) => new(
        storage.GetCollection(Notes).List().Select(note => ("notes", note)).Concat(storage.GetCollection(Others).List().Select(note => ("others", note)))
            .ToDictionary(entry => $"{entry.Item1}/{entry.note.Id}", entry => System.Text.Json.JsonSerializer.Serialize(entry.note, NoteJson.Default.Note)), StringComparer.Ordinal);

    /// <summary>Leaves a directory whose server was killed in the middle of a snapshot: one collection's file is newer than the manifest says.</summary>
    public async Task KillInTheMiddleOfASnapshotAsync()
    {
        MemoryFileSystem? killed = null;
        await using (var storage = Open())
        {
            await storage.GetCollection(Notes).AddAsync(new Note { Id = "one" });
            await storage.SnapshotAsync();
            await storage.GetCollection(Notes).AddAsync(new Note { Id = "two", Text = "later" });
            await storage.GetCollection(Others).AddAsync(new Note { Id = "other" });
            Files.Entering = (_, _) => killed ??= Files.FileExists(Path.Combine(Root, "others.json.tmp")) ? Files.AfterKill() : null;
            await storage.SnapshotAsync();
            Files.Entering = null;
        }

        Assert.That(System.Text.Encoding.UTF8.GetString(killed![Notes.Name + ".json"]), Does.Contain("later"));
        Files = killed;
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private OfflineDirectory Offline(IFileSystem? files) => new(files ?? Files, Options, [Notes, Others], Time);
}
