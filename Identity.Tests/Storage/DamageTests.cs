using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>Every file torn at every byte and with a bit flipped at every byte: found, named, nothing overwritten; only a tail is cut off.</summary>
[TestFixture]
internal sealed class DamageTests
{
    [Test]
    public async Task A_torn_last_line_is_cut_off_kept_and_loses_nothing_that_was_acknowledged()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one" });
        await using var after = directory.AsAfterKill();
        await after.TearAsync("{\"seq\":2,\"durable\":1,\"chan");

        Assert.That(after.Notes.List().Select(note => note.Id), Is.EqualTo(new[] { "one" }));
        var quarantine = after.FileNames.Single(name => name.EndsWith(".quarantine", StringComparison.Ordinal));
        Assert.That(await File.ReadAllTextAsync(after.File(quarantine)), Is.EqualTo("{\"seq\":2,\"durable\":1,\"chan"));
        Assert.That(await File.ReadAllTextAsync(after.File("journal-1.jsonl")), Does.Not.Contain("chan\"").And.Not.Contain("\"seq\":2"));
        await after.Notes.AddAsync(new Note { Id = "two" });
        await using var again = after.AsAfterKill();
        Assert.That(again.Notes.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task Every_tear_and_every_flipped_bit_is_found_or_costs_only_the_last_group()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one", Text = "first", Expires = null });
        await directory.Others.AddAsync(new Note { Id = "two", Text = "second" });
        await directory.Storage.SnapshotAsync();
        await directory.Notes.AddAsync(new Note { Id = "three", Text = "third" });
        await directory.Notes.AddAsync(new Note { Id = "four", Text = "fourth" });
        await using var killed = directory.AsAfterKill();
        var journal = killed.FileNames.Single(name => name.StartsWith("journal", StringComparison.Ordinal));
        var lastLine = (await File.ReadAllTextAsync(killed.File(journal))).TrimEnd().LastIndexOf('\n') + 1;

        foreach (var name in killed.FileNames)
        {
            var content = await File.ReadAllBytesAsync(killed.File(name));
            for (var position = 0; position < content.Length; position++)
            {
                var isTail = name == journal && position >= lastLine;
                await Check(killed, name, content[..position], mayBeTail: false, $"'{name}' cut at {position}");
                if (isTail)
                {
                    await Check(killed, name, [.. content[..position], .. Filler(content.Length - position)], mayBeTail: true, $"'{name}' torn at {position}");
                }

                var flipped = content.ToArray();
                flipped[position] ^= (byte)(1 << (position % 8));
                await Check(killed, name, flipped, isTail, $"'{name}' flipped at {position}");
            }
        }
    }

    private static async Task Check(NoteDirectory killed, string name, byte[] damaged, bool mayBeTail, string what)
    {
        await using var copy = killed.AsAfterKill();
        await File.WriteAllBytesAsync(copy.File(name), damaged);
        var before = Content(copy);
        try
        {
            var ids = copy.Notes.List().Select(note => note.Id).ToList();
            Assert.That(mayBeTail, Is.True, $"{what} was not noticed");
            Assert.That(ids, Is.SupersetOf(new[] { "one", "three" }), what);
        }
        catch (StorageException exception)
        {
            Assert.That(mayBeTail, Is.False, $"{what}: {exception.Message}");
            Assert.That(exception.Message, Does.Contain(name), what);
            Assert.That(Content(copy), Is.EqualTo(before), $"{what}: nothing was changed");
        }
    }

    private static byte[] Filler(int length) => [.. Enumerable.Repeat(JournalSegment.Filler, length)];

    private static List<string> Content(NoteDirectory directory) =>
        [.. directory.FileNames.Where(name => !name.StartsWith('.')).Select(name => name + Convert.ToHexString(File.ReadAllBytes(directory.File(name))))];

    [Test]
    public async Task A_missing_file_is_not_taken_for_a_first_start()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one" });
        directory.Storage.WriteFile("keys", "signing.json", "{}"u8);
        await using var killed = directory.AsAfterKill();
        Directory.CreateDirectory(killed.File("keys"));
        File.Copy(directory.File("keys/signing.json"), killed.File("keys/signing.json"));

        foreach (var name in (string[])[.. killed.FileNames, "keys/signing.json"])
        {
            await using var copy = killed.AsAfterKill();
            Directory.CreateDirectory(copy.File("keys"));
            File.Copy(killed.File("keys/signing.json"), copy.File("keys/signing.json"));
            File.Delete(copy.File(name));
            Assert.That(() => copy.Storage, Throws.InstanceOf<StorageException>().With.Message.Contains(name), name);
        }
    }

    [Test]
    public async Task A_file_restored_alone_from_another_time_is_refused()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one" });
        await directory.CloseAsync();
        var older = await File.ReadAllBytesAsync(directory.File("notes.json"));
        await directory.Notes.AddAsync(new Note { Id = "two" });
        await directory.CloseAsync();
        await File.WriteAllBytesAsync(directory.File("notes.json"), older);
        Assert.That(() => directory.Storage, Throws.InstanceOf<StorageException>().With.Message.Contains("notes.json"));
    }

    [Test]
    public async Task A_file_edited_while_the_server_runs_is_put_aside_not_overwritten()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one" });
        await File.AppendAllTextAsync(directory.File("notes.json"), "edited by hand");
        await directory.CloseAsync();
        var edited = directory.FileNames.Single(name => name.EndsWith(".edited", StringComparison.Ordinal));
        Assert.That(await File.ReadAllTextAsync(directory.File(edited)), Does.EndWith("edited by hand"));
        Assert.That(directory.Notes.Find("one"), Is.Not.Null);
    }
}
