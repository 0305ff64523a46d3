using System.Diagnostics;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

[TestFixture]
internal sealed class DirectoryTests
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Test]
    public async Task The_directory_is_0700_and_every_file_0600()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one" });
        directory.Storage.WriteFile("keys", "signing.json", "{}"u8);
        await directory.Storage.SnapshotAsync();
        await directory.Notes.AddAsync(new Note { Id = "two" });

        Assert.That(File.GetUnixFileMode(directory.Path), Is.EqualTo(PrivateFile | UnixFileMode.UserExecute));
        Assert.That(File.GetUnixFileMode(directory.File("keys")), Is.EqualTo(PrivateFile | UnixFileMode.UserExecute));
        var files = Directory.GetFiles(directory.Path, "*", SearchOption.AllDirectories);
        Assert.That(files, Has.Length.GreaterThan(5));
        Assert.That(files.Select(File.GetUnixFileMode), Is.All.EqualTo(PrivateFile));
    }

    [Test]
    public async Task Wider_rights_are_narrowed_at_the_next_start()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one" });
        await directory.CloseAsync();
        File.SetUnixFileMode(directory.Path, PrivateFile | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(directory.File("notes.json"), PrivateFile | UnixFileMode.OtherRead);
        _ = directory.Storage;
        Assert.That(File.GetUnixFileMode(directory.Path), Is.EqualTo(PrivateFile | UnixFileMode.UserExecute));
        Assert.That(File.GetUnixFileMode(directory.File("notes.json")), Is.EqualTo(PrivateFile));
    }

    [Test]
    public async Task A_second_owner_is_refused_and_told_who_the_first_is()
    {
        await using var directory = new NoteDirectory();
        _ = directory.Storage;
        Assert.That(directory.Open, Throws.InstanceOf<StorageException>().With.Message.Contains($"process {Environment.ProcessId} "));
        await directory.CloseAsync();
        _ = directory.Storage;
    }

    [Test]
    public async Task The_lock_holds_against_other_programs()
    {
        await using var directory = new NoteDirectory();
        _ = directory.Storage;
        using var flock = Process.Start("flock", ["--nonblock", directory.File(".lock"), "true"]);
        await flock.WaitForExitAsync();
        Assert.That(flock.ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task Every_file_is_json_that_jq_reads_with_one_entry_a_line()
    {
        await using var directory = new NoteDirectory();
        for (var number = 0; number < 3; number++)
        {
            await directory.Notes.AddAsync(new Note { Id = $"n{number}", Text = "tekst æøå" });
        }

        await directory.CloseAsync();
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(directory.File("notes.json")));
        var entries = document.RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("id").GetString());
        Assert.That(entries, Is.EqualTo(new[] { "n0", "n1", "n2" }));
        Assert.That(await File.ReadAllLinesAsync(directory.File("notes.json")), Has.Length.EqualTo(5).And.Some.Contains("tekst æøå"));
    }

    [Test]
    public async Task Expired_entries_are_dropped_at_load_and_at_snapshot_unless_the_clock_has_jumped()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "short", Expires = directory.Time.GetUtcNow().AddHours(1) });
        await directory.Notes.AddAsync(new Note { Id = "long", Expires = directory.Time.GetUtcNow().AddHours(20) });
        directory.Time.Advance(TimeSpan.FromHours(2));
        await directory.RestartAsync();
        Assert.That(directory.Notes.List().Select(note => note.Id), Is.EqualTo(new[] { "long" }));

        directory.Time.Advance(TimeSpan.FromDays(3_650));
        await directory.RestartAsync();
        Assert.That(directory.Notes.Find("long"), Is.Not.Null, "the clock had jumped when the directory was opened");
    }

    [Test]
    public async Task A_clock_that_has_jumped_erases_nothing_when_the_journal_of_a_kill_is_folded_under_it()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "kept", Expires = directory.Time.GetUtcNow().AddHours(20) });
        await using var killed = directory.AsAfterKill();
        killed.Time.Advance(TimeSpan.FromDays(3_650));
        for (var start = 0; start < 3; start++)
        {
            await killed.RestartAsync();
            Assert.That(killed.Notes.Find("kept"), Is.Not.Null, $"start {start}: the time of the first clean stop is not that of a record");
        }
    }

    [Test]
    public async Task Snapshots_are_taken_in_the_background_while_writes_go_on_and_old_segments_go()
    {
        await using var directory = new NoteDirectory { SnapshotThreshold = 20_000 };
        for (var round = 0; round < 50; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 40).Select(number =>
                directory.Notes.AddAsync(new Note { Text = new string('x', 100), Owner = $"{round}/{number}" }).AsTask()));
        }

        await directory.Storage.SnapshotAsync();
        Assert.That(directory.FileNames, Has.None.StartsWith("journal"));
        Assert.That(await NextSegmentAsync(directory), Is.GreaterThan(2), "snapshots in between");
        await using var after = directory.AsAfterKill();
        Assert.That(after.Notes.Count, Is.EqualTo(2_001));
    }

    private static async Task<long> NextSegmentAsync(NoteDirectory directory)
    {
        await directory.Notes.AddAsync(new Note());
        var name = directory.FileNames.Single(name => name.StartsWith("journal", StringComparison.Ordinal));
        return JournalSegment.TryParse(name, out var number) ? number : 0;
    }

    [TestCase("notes.json", TestName = "{m}(of a collection that has changed)")]
    [TestCase("others.json", TestName = "{m}(of a collection that has not)")]
    [TestCase("manifest.json", TestName = "{m}(of the manifest)")]
    public async Task A_file_that_is_edited_or_removed_under_a_running_server_is_written_anew_and_the_edit_kept(string name)
    {
        await using var directory = new NoteDirectory();
        await directory.Others.AddAsync(new Note { Id = "other" });
        await directory.Storage.SnapshotAsync();
        await File.AppendAllTextAsync(directory.File(name), "edited");
        var edited = await File.ReadAllTextAsync(directory.File(name));
        await directory.Notes.AddAsync(new Note { Id = "one" });
        await directory.RestartAsync();
        AssertSound(directory);
        var kept = directory.FileNames.Single(file => file.EndsWith(".edited", StringComparison.Ordinal));
        Assert.That(kept, Does.StartWith(name));
        Assert.That(await File.ReadAllTextAsync(directory.File(kept)), Is.EqualTo(edited));
        Assert.That(Events(directory), Is.EqualTo(new[] { 1004 }));

        File.Delete(directory.File(name));
        await directory.RestartAsync();
        AssertSound(directory);
    }

    [Test]
    public async Task What_the_server_wrote_itself_is_no_edit_and_an_edit_is_kept_once_however_often_writing_fails()
    {
        var files = new FaultyFileSystem();
        await using var directory = new NoteDirectory { Files = files };
        _ = directory.Storage;
        foreach (var fails in (string[])["FlushFolder", "CreateFile", "CreateFile"])
        {
            Fail(fails);
        }

        directory.Storage.WriteFile("keys", "two.json", "{}"u8);
        Assert.That(directory.FileNames, Has.None.EndsWith(".edited"));

        await directory.Notes.AddAsync(new Note { Id = "one" });
        foreach (var fault in (Fault[])[Fault.After, Fault.Before, Fault.None])
        {
            files.DecideCall = call => call.Name is "Rename" && Path.GetFileName(call.Path).StartsWith("notes", StringComparison.Ordinal) ? fault : Fault.None;
            Assert.That(await FaultScene.OutcomesAsync(directory.Storage.SnapshotAsync()), Is.All.EqualTo(fault is Fault.None));
        }

        Assert.That(directory.FileNames, Has.None.EndsWith(".edited"));

        await File.AppendAllTextAsync(directory.File("manifest.json"), "edited");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Fail("Rename");
        }

        directory.Storage.WriteFile("keys", "three.json", "{}"u8);
        Assert.That(directory.FileNames, Has.One.EndsWith(".edited"));
        await directory.RestartAsync();
        Assert.That(directory.Storage.ListFiles("keys"), Is.EqualTo(new[] { "three.json", "two.json" }));

        void Fail(string name)
        {
            // The folder is flushed after the rename, which was done then.
            var isRenamed = false;
            files.DecideCall = call =>
            {
                var isOfManifest = Path.GetFileName(call.Path).StartsWith("manifest", StringComparison.Ordinal);
                isRenamed |= isOfManifest && call.Name is "Rename";
                return call.Name != name ? Fault.None : name is "FlushFolder" ? isRenamed ? Fault.After : Fault.None : isOfManifest ? Fault.Before : Fault.None;
            };
            Assert.That(() => directory.Storage.WriteFile("keys", $"attempt {files.Calls.Count}.json", "{}"u8), Throws.InstanceOf<StorageException>());
            files.DecideCall = _ => Fault.None;
        }
    }

    [Test]
    public async Task What_a_start_set_aside_and_dropped_is_logged()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "short", Expires = directory.Time.GetUtcNow().AddHours(1) });
        await using var killed = directory.AsAfterKill();
        killed.Time.Advance(TimeSpan.FromHours(2));
        await killed.TearAsync("{\"seq\":");
        _ = killed.Storage;
        var quarantine = killed.FileNames.Single(file => file.EndsWith(".quarantine", StringComparison.Ordinal));
        Assert.That(Events(killed), Is.EqualTo(new[] { 1002, 1003 }));
        Assert.That(killed.Log.Entries[0].Message, Does.Contain("'" + killed.File("journal-1.jsonl") + "' ended in 7 bytes").And.Contains("'" + killed.File(quarantine) + "'"));
        Assert.That(killed.Log.Entries[1].Message, Is.EqualTo("Dropped 1 expired entries of 'notes'."));
    }

    [Test]
    public async Task A_journal_that_a_clean_stop_could_not_fold_is_logged_and_read_at_the_next_start()
    {
        var files = new FaultyFileSystem();
        await using var directory = new NoteDirectory { Files = files };
        await directory.Notes.AddAsync(new Note { Id = "one" });
        files.Decide = (_, _) => Fault.Full;
        await directory.CloseAsync();
        Assert.That(Events(directory), Is.EqualTo(new[] { 1005 }));
        files.Decide = (_, _) => Fault.None;
        Assert.That(directory.Notes.Find("one"), Is.Not.Null);
    }

    private static IEnumerable<int> Events(NoteDirectory directory) => directory.Log.Entries.Select(entry => entry.Event.Id);

    private static void AssertSound(NoteDirectory directory)
    {
        Assert.That(directory.Notes.List().Concat(directory.Others.List()).Select(note => note.Id), Is.EqualTo(new[] { "one", "other" }));
        Assert.That(directory.FileNames, Does.Contain("others.json").And.Contain("manifest.json"));
    }

    [Test]
    public async Task A_snapshot_that_is_asked_for_after_the_stop_is_refused()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one" });
        var storage = directory.Storage;
        await directory.CloseAsync();
        await directory.Notes.AddAsync(new Note { Id = "of the next owner" });
        var before = directory.FileNames;
        Assert.That(() => storage.SnapshotAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(directory.FileNames, Is.EqualTo(before));
    }

    [Test]
    public async Task Files_beside_the_collections_are_kept_and_checked()
    {
        await using var directory = new NoteDirectory();
        directory.Storage.WriteFile("keys", "one.json", "content"u8);
        Assert.That(() => directory.Storage.WriteFile("keys", "one.json", "other"u8), Throws.InstanceOf<StorageException>());
        await directory.RestartAsync();
        Assert.That(directory.Storage.ListFiles("keys"), Is.EqualTo(new[] { "one.json" }));
        Assert.That(directory.Storage.ReadFile("keys", "one.json"), Is.EqualTo("content"u8.ToArray()));
        await directory.CloseAsync();
        await File.WriteAllTextAsync(directory.File("keys/one.json"), "edited");
        Assert.That(() => directory.Storage, Throws.InstanceOf<StorageException>().With.Message.Contains("one.json"));
    }
}
