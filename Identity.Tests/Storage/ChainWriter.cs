using System.Globalization;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Storage.History;

namespace Identity.Tests.Storage;

/// <summary>A writer that redeems an entry and adds its successor, over and over, as refreshes do.</summary>
internal static class ChainWriter
{
    public const int Writers = 4;

    public static readonly CollectionDefinition<Note> Redeemed = new("redeemed") { Json = NoteJson.Default.Note, Indexes = [Note.ByOwner] };
    public static readonly CollectionDefinition<Note> Live = new("live") { Json = NoteJson.Default.Note, Indexes = [Note.ByOwner] };

    public const string Acknowledgement = "chain";

    /// <summary>Writes until the process is killed, and says what was acknowledged.</summary>
    public static async Task RunAsync(StorageDirectory storage, int writer, HistoryLog log)
    {
        await Task.Yield();
        var redeemed = storage.GetCollection(Redeemed);
        var live = storage.GetCollection(Live);
        var owner = OwnerOf(writer);
        while (!log.IsClosed)
        {
            using var unit = storage.BeginUnitOfWork();
            var number = 1;
            if (live.FindFirst(Note.ByOwner, owner) is { } current)
            {
                // Moved from one collection to the other: half of it would be a token lost, or one that lives twice.
                number = NumberOf(current) + 1;
                await live.RemoveAsync(current);
                await redeemed.RemoveAsync(redeemed.Find(Note.ByOwner, owner).Select(note => note.Id).ToList());
                await redeemed.AddAsync(new Note { Owner = owner, Text = current.Text });
            }

            await live.AddAsync(new Note { Owner = owner, Text = $"{number}", Title = new string('x', 200) });
            await unit.CommitAsync();
            log.Write(Acknowledgement, string.Create(CultureInfo.InvariantCulture, $"{writer} {number}"));
        }
    }

    /// <summary>Checks that both or neither are there, and that everything acknowledged is.</summary>
    /// <param name="storage">What a start found.</param>
    /// <param name="acknowledged">By writer; brought up to what was found.</param>
    /// <param name="when">Said where something is wrong.</param>
    public static void Check(StorageDirectory storage, int[] acknowledged, string when)
    {
        for (var writer = 0; writer < Writers; writer++)
        {
            var owner = OwnerOf(writer);
            var live = storage.GetCollection(Live).Find(Note.ByOwner, owner).Select(NumberOf).ToList();
            var redeemed = storage.GetCollection(Redeemed).Find(Note.ByOwner, owner).Select(NumberOf).ToList();
            var last = live.Count is 0 ? 0 : live[0];
            Assert.That(live, Has.Count.LessThanOrEqualTo(1), $"{when}, {owner}");
            Assert.That(last, Is.GreaterThanOrEqualTo(acknowledged[writer]), $"{when}, {owner}: what was acknowledged is there");
            Assert.That(last, Is.LessThanOrEqualTo(acknowledged[writer] + 1), $"{when}, {owner}: at most the one that was under way");
            Assert.That(redeemed, Is.EqualTo(last > 1 ? [last - 1] : Array.Empty<int>()), $"{when}, {owner}: both or neither");
            acknowledged[writer] = last;
        }
    }

    private static string OwnerOf(int writer) => string.Create(CultureInfo.InvariantCulture, $"writer-{writer}");

    private static int NumberOf(Note note) => int.Parse(note.Text!, CultureInfo.InvariantCulture);
}
