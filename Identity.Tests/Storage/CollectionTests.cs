using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

[TestFixture]
internal sealed class CollectionTests
{
    [Test]
    public async Task What_was_written_is_there_after_a_clean_restart_and_the_files_alone_hold_it()
    {
        await using var directory = new NoteDirectory();
        var note = new Note { Owner = "alice", Title = "one", Text = "blåbær + \"quotes\"" };
        await directory.Notes.AddAsync(note);
        note.Text = "changed";
        await directory.Notes.UpdateAsync(note);
        await directory.RestartAsync();
        await directory.CloseAsync();

        Assert.That(directory.FileNames, Is.EqualTo(new[] { ".lock", "manifest.json", "notes.json", "others.json" }));
        var found = directory.Notes.Find(note.Id);
        Assert.That((found?.Text, found?.Owner, found?.Version), Is.EqualTo(("changed", "alice", note.Version)));
        Assert.That(directory.Notes.FindFirst(Note.ByOwner, "alice")?.Id, Is.EqualTo(note.Id));
    }

    [Test]
    public async Task What_was_acknowledged_is_there_after_a_kill()
    {
        await using var directory = new NoteDirectory();
        var kept = new Note { Owner = "alice" };
        var removed = new Note { Owner = "alice" };
        await directory.Notes.AddAsync(kept);
        await directory.Notes.AddAsync(removed);
        await directory.Notes.RemoveAsync(removed);

        await using var after = directory.AsAfterKill();
        Assert.That(after.Notes.List().Select(note => note.Id), Is.EqualTo(new[] { kept.Id }));
    }

    [Test]
    public async Task What_is_handed_out_is_a_copy_that_counts_only_after_an_update()
    {
        await using var directory = new NoteDirectory();
        var note = new Note { Text = "before" };
        await directory.Notes.AddAsync(note);
        note.Text = "never";
        directory.Notes.Find(note.Id)!.Text = "neither";
        Assert.That(directory.Notes.Find(note.Id)!.Text, Is.EqualTo("before"));
    }

    [Test]
    public async Task An_update_or_removal_of_an_older_version_is_refused()
    {
        await using var directory = new NoteDirectory();
        var note = new Note();
        await directory.Notes.AddAsync(note);
        var older = directory.Notes.Find(note.Id)!;
        await directory.Notes.UpdateAsync(note);

        Assert.That(async () => await directory.Notes.UpdateAsync(older), Throws.TypeOf<ConcurrencyConflictException>());
        Assert.That(async () => await directory.Notes.RemoveAsync(older), Throws.TypeOf<ConcurrencyConflictException>());
        await directory.Notes.RemoveAsync(note);
        Assert.That(async () => await directory.Notes.UpdateAsync(note), Throws.TypeOf<ConcurrencyConflictException>());
    }

    [Test]
    public async Task A_unique_key_is_given_once_also_among_units_of_work_that_are_not_committed()
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Title = "taken" });
        Assert.That(async () => await directory.Notes.AddAsync(new Note { Title = "taken" }), Throws.TypeOf<DuplicateKeyException>());

        using (directory.Storage.BeginUnitOfWork())
        {
            await directory.Notes.AddAsync(new Note { Title = "pending" });
            using (directory.Storage.BeginUnitOfWork())
            {
                Assert.That(async () => await directory.Notes.AddAsync(new Note { Title = "pending" }), Throws.TypeOf<DuplicateKeyException>());
            }
        }

        await directory.Notes.AddAsync(new Note { Title = "pending" });
    }

    [Test]
    public async Task A_full_memory_collection_pushes_out_the_oldest_of_the_owner_that_holds_most()
    {
        await using var directory = new NoteDirectory();
        var alone = new Note { Owner = "quiet" };
        await directory.Volatile.AddAsync(alone);
        for (var number = 0; number < 100; number++)
        {
            await directory.Volatile.AddAsync(new Note { Owner = "loud", Text = $"{number}" });
        }

        Assert.That(directory.Volatile.Count, Is.EqualTo(10));
        Assert.That(directory.Volatile.Find(alone.Id), Is.Not.Null);
        Assert.That(directory.Volatile.Find(Note.ByOwner, "loud").Select(note => int.Parse(note.Text!, null)), Is.EquivalentTo(Enumerable.Range(91, 9)));
    }

    [Test]
    public async Task An_owner_that_has_its_share_loses_its_oldest_entry_and_gets_it_back_when_the_change_fails()
    {
        var files = new FaultyFileSystem();
        await using var directory = new NoteDirectory { Files = files };
        var notes = Enumerable.Range(0, 4).Select(number => new Note { Id = $"{number}", Owner = number is 0 ? "other" : "one" }).ToList();
        foreach (var note in notes)
        {
            await directory.Capped.AddAsync(note);
        }

        await directory.Capped.AddAsync(new Note { Id = "of nobody" });
        Assert.That(directory.Capped.List().Select(note => note.Id), Is.EqualTo(new[] { "0", "2", "3", "of nobody" }));

        files.Decide = (_, _) => Fault.Before;
        using (var unit = directory.Storage.BeginUnitOfWork())
        {
            await directory.Capped.AddAsync(new Note { Id = "4", Owner = "one" });
            await directory.Notes.AddAsync(new Note());
            Assert.That(async () => await unit.CommitAsync(), Throws.InstanceOf<StorageException>());
        }

        Assert.That(directory.Capped.List().Select(note => note.Id), Is.EqualTo(new[] { "0", "2", "3", "of nobody" }));
        files.Decide = (_, _) => Fault.None;
    }

    [Test]
    public async Task A_memory_collection_drops_what_has_expired_by_itself_and_never_reaches_the_disk()
    {
        await using var directory = new NoteDirectory();
        var note = new Note { Text = "only-in-memory", Expires = directory.Time.GetUtcNow().AddMinutes(1) };
        await directory.Volatile.AddAsync(note);
        directory.Time.Advance(TimeSpan.FromMinutes(2));
        await directory.Volatile.AddAsync(new Note());
        Assert.That(directory.Volatile.Find(note.Id), Is.Null);

        await directory.CloseAsync();
        Assert.That(directory.FileNames.Select(name => File.ReadAllText(directory.File(name))), Has.None.Contains("only-in-memory"));
        Assert.That(directory.Volatile.Count, Is.Zero);
    }
}

