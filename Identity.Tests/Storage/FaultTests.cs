using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>Each call to the file system made to fail in turn: what was acknowledged stays, what was refused is undone, writes come back.</summary>
[TestFixture]
internal sealed class FaultTests
{
    [Test]
    public async Task A_fault_at_any_call_of_a_write_is_told_undone_and_survived([Values] bool once, [Values(Fault.Before, Fault.After)] Fault fault)
    {
        for (var failing = 0; ; failing++)
        {
            var files = new FaultyFileSystem();
            await using var directory = new NoteDirectory { Files = files };
            await directory.Notes.AddAsync(new Note { Id = "kept", Text = "before" });
            await directory.Storage.SnapshotAsync();
            files.Reset();
            files.Decide = (number, _) => number == failing || (!once && number > failing) ? fault : Fault.None;

            Exception? failure = null;
            try
            {
                var changed = directory.Notes.Find("kept")!;
                changed.Text = "after";
                await directory.Notes.UpdateAsync(changed);
            }
            catch (StorageException exception)
            {
                failure = exception;
            }

            if (failure is null)
            {
                Assert.That(failing, Is.GreaterThan(3), "the write made some calls, and each was tried");
                return;
            }

            Assert.That(directory.Notes.Find("kept")!.Text, Is.EqualTo("before"), $"undone in memory (call {failing})");
            Assert.That(directory.Storage.IsWritable, Is.False);
            files.Decide = (_, _) => Fault.None;
            await directory.Others.AddAsync(new Note { Id = "later" });
            Assert.That(directory.Storage.IsWritable, Is.True);

            await using var after = directory.AsAfterKill();
            Assert.That(after.Notes.Find("kept")!.Text, Is.EqualTo("before"), $"undone on disk (call {failing})");
            Assert.That(after.Others.Find("later"), Is.Not.Null);
            await directory.RestartAsync();
            Assert.That(directory.Notes.Find("kept")!.Text, Is.EqualTo("before"));
            Assert.That(directory.Others.Find("later"), Is.Not.Null);
        }
    }

    [Test]
    public async Task A_fault_at_any_call_of_a_snapshot_loses_nothing([Values] bool once, [Values(Fault.Before, Fault.After)] Fault fault)
    {
        for (var failing = 0; ; failing++)
        {
            var files = new FaultyFileSystem();
            await using var directory = new NoteDirectory { Files = files };
            await directory.Notes.AddAsync(new Note { Id = "one" });
            await directory.Others.AddAsync(new Note { Id = "two" });
            files.Reset();
            files.Decide = (number, _) => number == failing || (!once && number > failing) ? fault : Fault.None;
            var failed = false;
            try
            {
                await directory.Storage.SnapshotAsync();
            }
            catch (StorageException)
            {
                failed = true;
            }

            await Check(directory.AsAfterKill(), expectLater: false);
            files.Decide = (_, _) => Fault.None;
            await directory.Notes.AddAsync(new Note { Id = "later" });
            await Check(directory.AsAfterKill(), expectLater: true);
            await directory.Storage.SnapshotAsync();
            await Check(directory.AsAfterKill(), expectLater: true);
            await directory.CloseAsync();
            await Check(directory.AsAfterKill(), expectLater: true);
            if (!failed)
            {
                Assert.That(failing, Is.GreaterThan(8), "the snapshot made some calls, and each was tried");
                return;
            }
        }

        static async Task Check(NoteDirectory after, bool expectLater)
        {
            await using (after)
            {
                Assert.That(after.Notes.Find("one"), Is.Not.Null);
                Assert.That(after.Others.Find("two"), Is.Not.Null);
                Assert.That(after.Notes.Find("later"), expectLater ? Is.Not.Null : Is.Null);

                // And once more: what the first start after a kill leaves behind must start, too.
                await after.RestartAsync();
                Assert.That((after.Notes.Find("one"), after.Others.Find("two")), Is.Not.EqualTo((default(Note), default(Note))));
            }
        }
    }

    [Test]
    public async Task A_fault_at_any_call_of_a_start_after_a_kill_leaves_a_directory_that_starts([Values(Fault.Before, Fault.After)] Fault fault)
    {
        await using var killed = new NoteDirectory();
        await killed.Notes.AddAsync(new Note { Id = "one" });
        await killed.TearAsync("{\"seq\":2,\"dur");
        for (var failing = 0; ; failing++)
        {
            var source = killed.AsAfterKill();
            var files = new FaultyFileSystem { Decide = (number, _) => number >= failing ? fault : Fault.None };
            await using var directory = new NoteDirectory { Files = files };
            Directory.Move(source.Path, directory.Path);
            var failed = false;
            try
            {
                _ = directory.Storage;
            }
            catch (StorageException)
            {
                failed = true;
            }

            files.Decide = (_, _) => Fault.None;
            Assert.That(directory.Notes.Find("one"), Is.Not.Null, $"call {failing}: {files.Calls.ElementAtOrDefault(failing)}");
            if (!failed)
            {
                return;
            }
        }
    }

    [Test]
    public async Task A_fault_or_a_kill_at_any_call_of_the_first_start_leaves_a_directory_that_starts([Values(Fault.Before, Fault.After)] Fault fault)
    {
        for (var failing = 0; ; failing++)
        {
            var files = new FaultyFileSystem();
            files.Decide = (number, _) => number >= failing ? fault : Fault.None;
            await using var directory = new NoteDirectory { Files = files };
            var failed = false;
            try
            {
                _ = directory.Storage;
            }
            catch (StorageException)
            {
                failed = true;
            }

            files.Decide = (_, _) => Fault.None;
            await directory.Notes.AddAsync(new Note { Id = "one" });
            await directory.RestartAsync();
            Assert.That(directory.Notes.Find("one"), Is.Not.Null, $"call {failing}");
            if (!failed)
            {
                Assert.That(failing, Is.GreaterThan(8));
                return;
            }
        }
    }

    [Test]
    public async Task A_disk_that_stays_full_gathers_no_files()
    {
        var files = new FaultyFileSystem();
        await using var directory = new NoteDirectory { Files = files };
        await directory.Notes.AddAsync(new Note());
        var before = directory.FileNames;
        files.Decide = (_, name) => name is "Write" ? Fault.Before : Fault.None;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.That(async () => await directory.Notes.AddAsync(new Note()), Throws.InstanceOf<StorageException>());
        }

        files.Decide = (_, _) => Fault.None;
        Assert.That(directory.FileNames, Is.EqualTo(before));
    }

    [Test]
    public async Task Who_read_what_was_undone_fails_too_and_who_did_not_goes_on()
    {
        var files = new FaultyFileSystem();
        await using var directory = new NoteDirectory { Files = files };
        await directory.Notes.AddAsync(new Note { Id = "kept", Text = "before" });
        using var blocked = new ManualResetEventSlim();
        using var flushing = new ManualResetEventSlim();
        files.Decide = (_, name) =>
        {
            if (name != "Flush")
            {
                return Fault.None;
            }

            flushing.Set();
            blocked.Wait();
            return Fault.Before;
        };

        var changed = directory.Notes.Find("kept")!;
        changed.Text = "after";
        var writing = directory.Notes.UpdateAsync(changed).AsTask();
        flushing.Wait();
        using var reader = directory.Storage.BeginUnitOfWork();
        Assert.That(directory.Notes.Find("kept")!.Text, Is.EqualTo("after"), "readers do not wait for the disk");
        var reading = reader.CommitAsync().AsTask();
        Assert.That(reading.IsCompleted, Is.False, "but what they say does");
        blocked.Set();

        Assert.That(async () => await writing, Throws.InstanceOf<StorageException>());
        Assert.That(async () => await reading, Throws.InstanceOf<StorageException>());
        files.Decide = (_, _) => Fault.None;
        Assert.That(directory.Notes.Find("kept")!.Text, Is.EqualTo("before"));
    }
}
