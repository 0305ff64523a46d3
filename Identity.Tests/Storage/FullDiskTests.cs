using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Storage;

/// <summary>A disk that is really full.</summary>
[TestFixture]
internal sealed class FullDiskTests
{
    [Test]
    public async Task On_a_full_disk_writes_fail_reads_go_on_and_all_is_well_when_there_is_space_again()
    {
        using var disk = await SmallDisk.MountAsync(kibibytes: 1_024);
        await using var directory = new NoteDirectory { Path = Path.Combine(disk.Path, "data"), JournalChunk = 16_384 };
        await directory.Notes.AddAsync(new Note { Id = "first", Text = "before" });
        disk.Fill();
        var acknowledged = await AddUntilItFailsAsync(directory);
        Assert.That(acknowledged, Is.Not.Empty, "there was room left in the segment");
        Assert.That(directory.Storage.IsWritable, Is.False);
        Assert.That(() => directory.Storage.SnapshotAsync(), Throws.InstanceOf<StorageException>(), "there is no room for a second copy of the file");
        Assert.That(directory.FileNames, Has.None.EndsWith(".tmp"), "and what was begun of it takes up none");
        Assert.That(directory.Notes.List().Select(note => note.Id), Is.EquivalentTo(acknowledged.Append("first")));
        await using (var after = directory.AsAfterKill())
        {
            Assert.That(after.Notes.List().Select(note => note.Id), Is.EquivalentTo(acknowledged.Append("first")), "a start elsewhere after a kill");
        }

        // A start needs no space, and can be read from.
        await directory.RestartAsync();
        Assert.That(directory.Notes.List().Select(note => note.Id), Is.EquivalentTo(acknowledged.Append("first")));
        Assert.That(async () => await directory.Notes.AddAsync(new Note()), Throws.InstanceOf<StorageException>());

        disk.Free();
        await directory.Notes.AddAsync(new Note { Id = "last" });
        Assert.That(directory.Storage.IsWritable, Is.True);
        await directory.RestartAsync();
        Assert.That(directory.Notes.List().Select(note => note.Id), Is.EquivalentTo(acknowledged.Append("first").Append("last")));
        await directory.CloseAsync();
        Assert.That(directory.FileNames, Is.EqualTo(new[] { ".lock", "manifest.json", "notes.json", "others.json" }));
    }

    [Test]
    public async Task A_directory_that_was_stopped_cleanly_opens_on_a_full_disk()
    {
        using var disk = await SmallDisk.MountAsync(kibibytes: 512);
        await using var directory = new NoteDirectory { Path = Path.Combine(disk.Path, "data") };
        await directory.Notes.AddAsync(new Note { Id = "one" });
        await directory.CloseAsync();
        disk.Fill();
        Assert.That(directory.Notes.Find("one"), Is.Not.Null);
        Assert.That(async () => await directory.Notes.AddAsync(new Note()), Throws.InstanceOf<StorageException>());
        Assert.That(directory.Open, Throws.InstanceOf<StorageException>().With.Message.Contains("in use"), "and has one owner");
    }

    private static async Task<List<string>> AddUntilItFailsAsync(NoteDirectory directory)
    {
        List<string> acknowledged = [];
        while (true)
        {
            try
            {
                var note = new Note { Text = new string('x', 1_000) };
                await directory.Notes.AddAsync(note);
                acknowledged.Add(note.Id);
            }
            catch (StorageException)
            {
                return acknowledged;
            }
        }
    }
}
