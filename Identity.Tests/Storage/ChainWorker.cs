using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Tests.Storage;

/// <summary>
/// A process that is there to be killed: writers that redeem a note and add its successor, as a refresh does, and say on the
/// standard output what was acknowledged to them.
/// </summary>
internal static class ChainWorker
{
    public const string Command = "chain-worker";
    public const int Writers = 8;

    public static readonly CollectionDefinition<Note> Redeemed = new("redeemed") { Json = NoteJson.Default.Note, Indexes = [Note.ByOwner] };
    public static readonly CollectionDefinition<Note> Live = new("live") { Json = NoteJson.Default.Note, Indexes = [Note.ByOwner] };

    public static StorageDirectory Open(string path) => StorageDirectory.Open(
        new FileSystemStorageOptions { Directory = path, SnapshotThreshold = 50_000, JournalChunk = 8_192 },
        [Redeemed, Live], TimeProvider.System, NullLogger<StorageDirectory>.Instance);

    /// <summary>Writes until it is killed.</summary>
    public static async Task RunAsync(string path)
    {
        await Console.Out.WriteLineAsync("opening");
        await using var storage = Open(path);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(storage, writer)));
    }

    private static async Task WriteAsync(StorageDirectory storage, int writer)
    {
        await Task.Yield();
        var owner = $"writer-{writer}";
        var redeemed = storage.GetCollection(Redeemed);
        var live = storage.GetCollection(Live);
        for (var number = live.FindFirst(Note.ByOwner, owner) is { } last ? int.Parse(last.Text!, null) : 0; ; number++)
        {
            using var unit = storage.BeginUnitOfWork();
            if (live.FindFirst(Note.ByOwner, owner) is { } current)
            {
                // Moved from one collection to the other: half of it would be a token lost, or one that lives twice.
                await live.RemoveAsync(current);
                await redeemed.RemoveAsync(redeemed.Find(Note.ByOwner, owner).Select(note => note.Id).ToList());
                await redeemed.AddAsync(new Note { Owner = owner, Text = current.Text });
            }

            await live.AddAsync(new Note { Owner = owner, Text = $"{number + 1}", Title = new string('x', 200) });
            await unit.CommitAsync();
            lock (Console.Out)
            {
                Console.Out.WriteLine($"{writer} {number + 1}");
            }
        }
    }
}
