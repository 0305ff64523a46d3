using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

[TestFixture]
internal sealed class CompactTests
{
    [Test]
    public async Task The_journal_is_folded_and_what_is_left_over_or_expired_goes()
    {
        using var notes = new MemoryNotes();
        await AddAsync(notes, new Note { Id = "kept", Expires = notes.Time.GetUtcNow().AddHours(12) }, new Note { Id = "expired", Expires = notes.Time.GetUtcNow().AddHours(1) });
        await notes.Open().GetCollection(MemoryNotes.Others).AddAsync(new Note { Id = "in the journal" });
        notes.Files["notes.json.tmp"] = notes.Files["journal-77.jsonl"] = [];
        notes.Files["1.quarantine"] = "{"u8.ToArray();
        notes.Time.Advance(TimeSpan.FromHours(2));

        var compaction = notes.Compact();
        Assert.That(compaction.Expired, Is.EqualTo(1));
        Assert.That(compaction.Removed, Is.EquivalentTo(new[] { "notes.json.tmp", "journal-77.jsonl" }));
        Assert.That(compaction.Remarks.Select(remark => remark.File), Is.EqualTo(new[] { "1.quarantine" }), "what was set aside is not the program's to remove");
        Assert.That(compaction.Files.Select(file => (file.File, file.Before > file.After)),
            Is.EquivalentTo(new[] { ("journal-77.jsonl", false), ("journal-2.jsonl", true), ("notes.json", true), ("others.json", false) }));
        Assert.That(notes.Files.Names, Is.EqualTo(new[] { "1.quarantine", "manifest.json", "notes.json", "others.json" }));
        Assert.That(notes.Read(notes.Files.AfterKill()).Keys, Is.EqualTo(new[] { "notes/kept", "others/in the journal" }));

        var before = notes.Files.Content;
        Assert.That(notes.Compact().Expired, Is.Zero);
        DirectoryAssert.Unchanged(notes.Files, before, "nothing was left to do");
    }

    [Test]
    public async Task What_a_kill_in_the_middle_of_a_snapshot_left_is_folded_too()
    {
        using var notes = new MemoryNotes();
        await notes.KillInTheMiddleOfASnapshotAsync();
        var expected = notes.Read(notes.Files.AfterKill());
        notes.Compact();
        Assert.That(notes.Verify().Findings, Is.Empty);
        DirectoryAssert.Same(notes.Read(notes.Files), expected, "a start after the compaction");
    }

    [Test]
    public async Task A_clock_that_has_jumped_makes_nothing_expire()
    {
        using var notes = new MemoryNotes();
        await AddAsync(notes, new Note { Id = "kept", Expires = notes.Time.GetUtcNow().AddHours(12) });
        await notes.Open().GetCollection(MemoryNotes.Others).AddAsync(new Note { Id = "in the journal" });
        notes.Time.Advance(TimeSpan.FromDays(3_650));
        for (var time = 0; time < 3; time++)
        {
            Assert.That(notes.Compact().Expired, Is.Zero, "a compaction under a wrong clock does not make it look right to the next one");
            await using (notes.Open())
            {
            }
        }

        Assert.That(notes.Read(notes.Files).Keys, Does.Contain("notes/kept"));
    }

    [Test]
    public async Task One_that_a_full_disk_stops_leaves_nothing_on_it()
    {
        using var notes = new MemoryNotes();
        await AddAsync(notes, new Note { Id = "kept" });
        await notes.Open().GetCollection(MemoryNotes.Others).AddAsync(new Note { Id = "in the journal" });
        var before = notes.Files.Content;
        for (var allowed = 0; ; allowed++)
        {
            var writes = 0;
            var files = notes.Files.AfterKill();
            files.Entering = (_, name) =>
            {
                if (name is "Write" && writes++ >= allowed)
                {
                    throw new IOException("No space left on device");
                }
            };
            try
            {
                notes.Compact(files);
                Assert.That(allowed, Is.GreaterThan(3));
                return;
            }
            catch (StorageException)
            {
                DirectoryAssert.Unchanged(files, before, $"after {allowed} writes");
            }
        }
    }

    [Test]
    public void A_directory_with_nothing_in_it_is_left_so()
    {
        using var notes = new MemoryNotes();
        foreach (var command in (Action[])[() => notes.Compact(), () => notes.Verify(), () => notes.Recover(), () => notes.Reseal("notes")])
        {
            Assert.That(() => command(), Throws.InstanceOf<StorageException>().With.Message.Contains("nothing"));
        }

        Assert.That(notes.Files.Names, Is.Empty);
    }

    private static async Task AddAsync(MemoryNotes notes, params Note[] added)
    {
        await using var storage = notes.Open();
        foreach (var note in added)
        {
            await storage.GetCollection(MemoryNotes.Notes).AddAsync(note);
        }
    }
}
