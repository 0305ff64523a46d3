using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

[TestFixture]
internal sealed class UnitOfWorkTests
{
    [Test]
    public async Task Its_changes_are_its_own_until_the_commit_and_one_journal_line_after_it()
    {
        await using var directory = new NoteDirectory();
        var first = new Note { Owner = "alice", Text = "first" };
        await directory.Notes.AddAsync(first);

        using (var unit = directory.Storage.BeginUnitOfWork())
        {
            var second = new Note { Owner = "alice" };
            await directory.Notes.AddAsync(second);
            await directory.Others.AddAsync(new Note { Text = "other" });
            first.Text = "changed";
            await directory.Notes.UpdateAsync(first);
            Assert.That(directory.Notes.Find(Note.ByOwner, "alice"), Has.Count.EqualTo(2), "seen inside");
            Assert.That(directory.Notes.Count, Is.EqualTo(2), "counted inside");
            await Outside(() => Assert.That(directory.Notes.List().Select(note => note.Text), Is.EqualTo(new[] { "first" }), "not seen outside"));

            await unit.CommitAsync();
        }

        Assert.That(directory.Notes.Find(Note.ByOwner, "alice"), Has.Count.EqualTo(2));
        var lines = await File.ReadAllLinesAsync(directory.File("journal-1.jsonl"));
        Assert.That(lines, Has.Length.EqualTo(4), "the head, the first note, the unit of work, filler");
        Assert.That(lines[2], Does.Contain("\"in\":\"others\"").And.Contain("changed"));
    }

    [Test]
    public async Task What_is_not_committed_is_gone_from_memory_and_never_on_disk()
    {
        await using var directory = new NoteDirectory();
        using (directory.Storage.BeginUnitOfWork())
        {
            await directory.Notes.AddAsync(new Note { Text = "discarded" });
            await directory.Volatile.AddAsync(new Note());
        }

        Assert.That((directory.Notes.Count, directory.Volatile.Count), Is.EqualTo((0, 0)));
        Assert.That(directory.FileNames, Has.None.Contains("journal"));
    }

    [Test]
    public async Task The_first_of_two_that_write_an_entity_wins_and_the_second_is_told_at_once()
    {
        await using var directory = new NoteDirectory();
        var note = new Note();
        await directory.Notes.AddAsync(note);
        var read = directory.Notes.Find(note.Id)!;

        using var first = directory.Storage.BeginUnitOfWork();
        await directory.Notes.UpdateAsync(note);
        using (directory.Storage.BeginUnitOfWork())
        {
            Assert.That(async () => await directory.Notes.UpdateAsync(read), Throws.TypeOf<ConcurrencyConflictException>());
        }

        await first.CommitAsync();
        Assert.That(directory.Notes.Find(note.Id)!.Version, Is.EqualTo(note.Version));
    }

    [Test]
    public async Task A_bulk_change_holds_over_an_update_that_was_under_way()
    {
        await using var directory = new NoteDirectory();
        var note = new Note { Text = "valid", Owner = "alice" };
        await directory.Notes.AddAsync(note);

        using var update = directory.Storage.BeginUnitOfWork();
        note.Text = "redeemed";
        await directory.Notes.UpdateAsync(note);
        using (var revocation = directory.Storage.BeginUnitOfWork())
        {
            Assert.That(await directory.Notes.MutateAsync([note.Id, "unknown"], entity => entity.Text = "revoked"), Is.EqualTo(1));
            await revocation.CommitAsync();
        }

        Assert.That(async () => await update.CommitAsync(), Throws.TypeOf<ConcurrencyConflictException>());
        Assert.That(directory.Notes.Find(note.Id)!.Text, Is.EqualTo("revoked"));
    }

    [Test]
    public async Task A_bulk_change_applies_to_what_is_current_at_its_commit()
    {
        await using var directory = new NoteDirectory();
        var note = new Note { Text = "valid", Owner = "alice" };
        await directory.Notes.AddAsync(note);
        using (var revocation = directory.Storage.BeginUnitOfWork())
        {
            await directory.Notes.MutateAsync([note.Id], entity => entity.Text = "revoked");
            using (var update = directory.Storage.BeginUnitOfWork())
            {
                note.Owner = "bob";
                await directory.Notes.UpdateAsync(note);
                await update.CommitAsync();
            }

            await revocation.CommitAsync();
        }

        await using var after = directory.AsAfterKill();
        foreach (var found in (Note[])[directory.Notes.Find(note.Id)!, after.Notes.Find(note.Id)!])
        {
            Assert.That((found.Text, found.Owner), Is.EqualTo(("revoked", "bob")));
        }
    }

    [Test]
    public async Task Many_commits_at_once_are_all_durable_and_share_flushes()
    {
        var files = new FaultyFileSystem();
        await using var directory = new NoteDirectory { Files = files };
        _ = directory.Storage;
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(number => directory.Notes.AddAsync(new Note { Text = $"{number}" }).AsTask()));

        await using var after = directory.AsAfterKill();
        Assert.That(after.Notes.Count, Is.EqualTo(2_000));
        Assert.That(files.Count("Flush"), Is.LessThan(2_000));
    }

    [Test]
    public async Task What_was_removed_from_memory_meanwhile_does_not_come_back_in_another_collection()
    {
        await using var directory = new NoteDirectory();
        var note = new Note { Id = "moving" };
        await directory.Volatile.AddAsync(note);
        using (var move = directory.Storage.BeginUnitOfWork())
        {
            await directory.Volatile.RemoveAsync(note);
            await directory.Others.AddAsync(new Note { Id = "moving" });
            await Outside(() => Assert.That(directory.Volatile.RemoveAsync(["moving"]).AsTask().Result, Is.EqualTo(1)));
            Assert.That(async () => await move.CommitAsync(), Throws.TypeOf<ConcurrencyConflictException>());
        }

        Assert.That((directory.Volatile.Count, directory.Others.Count), Is.EqualTo((0, 0)));
    }

    private static async Task Outside(Action check)
    {
        var done = new TaskCompletionSource();
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                try
                {
                    check();
                    done.SetResult();
                }
                catch (Exception exception)
                {
                    done.SetException(exception);
                }
            },
            null);
        await done.Task;
    }
}
