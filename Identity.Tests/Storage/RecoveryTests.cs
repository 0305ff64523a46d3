using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

[TestFixture]
internal sealed class RecoveryTests
{
    [Test]
    public async Task A_sound_directory_is_reported_sound_and_left_as_it_is()
    {
        await using var directory = await KilledAsync();
        var before = directory.FileNames;
        var report = directory.Verify();
        Assert.That(report.Findings, Is.Empty);
        Assert.That(report.Entries["notes"], Is.EqualTo(3));
        Assert.That(directory.Recover().Findings, Is.Empty);
        Assert.That(directory.FileNames.Where(name => !name.StartsWith('.')), Is.EqualTo(before));
    }

    [Test]
    public async Task A_segment_that_was_never_used_is_no_finding()
    {
        await using var directory = await KilledAsync();
        await File.WriteAllBytesAsync(directory.File("journal-99.jsonl"), []);
        File.SetUnixFileMode(directory.File("journal-99.jsonl"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.That(directory.Verify().Findings, Is.Empty);
        Assert.That(directory.Notes.Count, Is.EqualTo(3));
    }

    [Test]
    public async Task Every_undamaged_entry_comes_back_and_the_damaged_one_is_kept_aside()
    {
        await using var directory = await KilledAsync();
        await directory.ReplaceAsync("notes.json", "first", "fIrst");
        Assert.That(() => directory.Storage, Throws.InstanceOf<StorageException>());

        var findings = directory.Verify().Findings;
        Assert.That(findings.Select(finding => (finding.File, finding.Line)), Does.Contain(("notes.json", 2L)));
        var report = directory.Recover();
        Assert.That(report.Entries["notes"], Is.EqualTo(2));
        Assert.That(directory.Notes.List().Select(note => note.Text), Is.EquivalentTo(new[] { "second", "third" }));
        Assert.That(directory.Others.Count, Is.EqualTo(1));
        var quarantine = directory.FileNames.Single(name => name.EndsWith(".quarantine", StringComparison.Ordinal));
        Assert.That(await File.ReadAllTextAsync(directory.File(quarantine)), Does.Contain("fIrst"));
        Assert.That(Directory.GetDirectories(directory.Path, "before-recovery-*"), Has.Length.EqualTo(1));
        await directory.Notes.AddAsync(new Note { Text = "goes on" });
        await directory.RestartAsync();
        Assert.That(directory.Notes.Count, Is.EqualTo(3));
        await directory.CloseAsync();
        Assert.That(directory.Verify().Findings, Is.Empty);
    }

    [Test]
    public async Task A_damaged_journal_line_costs_its_own_changes_and_no_others()
    {
        await using var directory = await KilledAsync();
        await directory.ReplaceAsync("journal-2.jsonl", "second", "sEcond");
        Assert.That(() => directory.Storage, Throws.InstanceOf<StorageException>());
        directory.Recover();
        Assert.That(directory.Notes.List().Select(note => note.Text), Is.EquivalentTo(new[] { "first", "third" }));
    }

    [TestCase("manifest.json")]
    [TestCase("notes.json")]
    [TestCase("journal-2.jsonl")]
    public async Task A_missing_file_is_reported_and_the_rest_goes_on(string name)
    {
        await using var directory = await KilledAsync();
        File.Delete(directory.File(name));
        Assert.That(directory.Verify().Findings.Select(finding => finding.File), Does.Contain(name));
        directory.Recover();
        Assert.That(directory.Others.Count, Is.EqualTo(1));
        Assert.That(directory.Notes.Count, Is.EqualTo(name switch { "manifest.json" => 3, "notes.json" => 2, _ => 1 }));
    }

    [Test]
    public async Task A_directory_in_use_is_left_alone()
    {
        await using var directory = new NoteDirectory();
        _ = directory.Storage;
        foreach (var command in (Action[])[() => directory.Verify(), () => directory.Recover(), () => directory.Compact(), () => directory.Reseal("notes")])
        {
            Assert.That(() => command(), Throws.InstanceOf<StorageException>().With.Message.Contains("in use"));
        }
    }

    /// <summary>One note in its file, two more in the journal, and another collection's entry.</summary>
    private static async Task<NoteDirectory> KilledAsync()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one", Text = "first" });
        await directory.Others.AddAsync(new Note { Text = "other" });
        await directory.Storage.SnapshotAsync();
        await directory.Notes.AddAsync(new Note { Id = "two", Text = "second" });
        await directory.Notes.AddAsync(new Note { Id = "three", Text = "third" });
        return directory.AsAfterKill();
    }
}
