using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>Each call of a commit made to fail in turn, in every way: who is told what, what memory holds, and what a start finds.</summary>
[TestFixture]
internal sealed class FaultTests
{
    public enum Commit
    {
        IntoANewSegment,
        IntoAnOpenSegment,
        OfAGroup,
    }

    [Test]
    public async Task A_fault_at_any_call_of_a_commit_is_told_undone_and_survived([Values] Commit commit)
    {
        var chance = new Chance(Chance.ChooseSeed());
        var states = await FaultScene.StatesAsync();
        var calls = await Injection.ForEachAsync(injection => RunAsync(commit, injection, states, chance));
        Assert.That(calls, Is.GreaterThanOrEqualTo(commit is Commit.IntoAnOpenSegment ? 4 : 8), "each call was tried");
    }

    [Test]
    public async Task Attempts_on_a_disk_that_stays_full_or_broken_gather_no_files(
        [Values("Write", "Flush", "Rename", "FlushFolder")] string call, [Values] bool isSnapshotApart)
    {
        await using var scene = await FaultScene.StartAsync();
        scene.Files.DecideCall = made => made.Name == call ? Fault.Full : Fault.None;
        List<int> counts = [];
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var commit = FaultScene.OutcomesAsync(scene.CommitAsync(0));
            if (isSnapshotApart)
            {
                await commit;
            }

            await FaultScene.OutcomesAsync(scene.Directory.Storage.SnapshotAsync());
            Assert.That(await commit, Has.Some.False);
            counts.Add(scene.Disk.FileNames.Count);
        }

        Assert.That(counts, Is.All.EqualTo(counts[0]));
        Injection.End(scene.Files);
        await scene.CommitAsync(0);
    }

    private static readonly TestCaseData<Func<Collection<Note>, bool>>[] Reads =
    [
        new(notes => notes.Find("kept")!.Text is "after") { TestName = "{m}(by identifier)" },
        new(notes => notes.FindFirst(Note.ByOwner, "bob") is not null) { TestName = "{m}(the first under a key)" },
        new(notes => notes.Find(Note.ByOwner, "bob").Count is 1) { TestName = "{m}(all under a key)" },
        new(notes => notes.Contains("kept")) { TestName = "{m}(whether there is one)" },
        new(notes => notes.Contains(Note.ByOwner, "bob")) { TestName = "{m}(whether one is under a key)" },
        new(notes => notes.Count is 1) { TestName = "{m}(how many there are)" },
        new(notes => notes.List()[0].Text is "after") { TestName = "{m}(all)" },
        new(notes => notes.FindIds(note => note.Text is "after").Any()) { TestName = "{m}(by a predicate)" },
    ];

    [TestCaseSource(nameof(Reads))]
    public async Task Who_read_what_was_undone_fails_too(Func<Collection<Note>, bool> isSeenBy)
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
        (changed.Owner, changed.Text) = ("bob", "after");
        var writing = directory.Notes.UpdateAsync(changed).AsTask();
        flushing.Wait();
        using var reader = directory.Storage.BeginUnitOfWork();
        var isSeen = isSeenBy(directory.Notes);
        var reading = reader.CommitAsync().AsTask();
        var isSaid = reading.IsCompleted;
        blocked.Set();

        Assert.That(isSeen, Is.True, "readers do not wait for the disk");
        Assert.That(isSaid, Is.False, "but what they say does");
        Assert.That(async () => await writing, Throws.InstanceOf<StorageException>());
        Assert.That(async () => await reading, Throws.InstanceOf<StorageException>());
        files.Decide = (_, _) => Fault.None;
        Assert.That(directory.Notes.Find("kept")!.Text, Is.EqualTo("before"));
    }

    [Test]
    public async Task After_a_commit_that_failed_at_any_call_snapshots_and_further_commits_lose_nothing()
    {
        var chance = new Chance(Chance.ChooseSeed());
        var calls = await Injection.ForEachAsync(async injection =>
        {
            // It opens a segment: all before it is in the collections' files.
            await using var scene = await FaultScene.StartAsync();
            injection.Begin(scene.Files);
            await FaultScene.OutcomesAsync(scene.CommitAsync(0));
            Injection.End(scene.Files);
            for (var number = 0; number < 2; number++)
            {
                await scene.Directory.Storage.SnapshotAsync();
                await scene.Directory.Notes.AddAsync(new Note { Id = $"later {number}" });
                var state = NoteState.Of(scene.Directory);
                foreach (var crashed in scene.Crashes(chance))
                {
                    Assert.That(await FaultScene.StartOnAsync(crashed), Is.EqualTo(state), $"{injection}: a crash after a snapshot and a commit");
                }
            }
        });
        Assert.That(calls, Is.GreaterThan(8), "each call was tried");
    }

    private static async Task RunAsync(Commit commit, Injection injection, List<(string OnDisk, string InMemory)> states, Chance chance)
    {
        await using var scene = await FaultScene.StartAsync();
        var directory = scene.Directory;
        var done = commit is Commit.IntoAnOpenSegment ? 1 : 0;
        await scene.CommitAllAsync(done);

        var go = new TaskCompletionSource();
        var readBefore = scene.ReadAsync(go.Task);
        List<Task> readers = [];
        injection.Failing = () => readers = [scene.ReadAsync(go.Task), scene.ReadAsync(go.Task, writes: "rests on it")];
        injection.Begin(scene.Files);
        var outcomes = await FaultScene.OutcomesAsync(commit is Commit.OfAGroup ? await CommitGroupAsync(scene) : [scene.CommitAsync(done)]);
        done += outcomes.Count(succeeded => succeeded);

        Assert.That(outcomes, Is.Ordered.Descending, $"{injection}: nothing counts that came after what failed");
        Assert.That(NoteState.InMemory(directory), Is.EqualTo(states[done].InMemory), $"{injection}: reads go on, and tell what is durable");
        Assert.That(directory.Storage.IsWritable, Is.EqualTo(outcomes[^1]), $"{injection}");
        go.SetResult();
        Assert.That(await FaultScene.OutcomesAsync(readBefore), Is.All.True, $"{injection}: who had read nothing of it goes on");
        Assert.That(await FaultScene.OutcomesAsync([.. readers]), Is.All.EqualTo(outcomes[^1]), $"{injection}: who had read what was undone fails, too");
        if (outcomes[^1])
        {
            return;
        }

        // What was answered with an error may be there after a crash, but then wholly, and with all that came before it.
        var possible = states[done..(commit is Commit.OfAGroup ? FaultScene.Units + 1 : done + 2)].Select(state => state.OnDisk).ToList();
        if (injection.Lasts)
        {
            var refused = directory.Notes.AddAsync(new Note { Id = "refused" }).AsTask();
            Assert.That(await FaultScene.OutcomesAsync(refused), Is.All.False, $"{injection}: no write succeeds while the fault lasts");
            Assert.That(NoteState.InMemory(directory), Is.EqualTo(states[done].InMemory), $"{injection}: nor is it seen");
        }

        foreach (var crashed in scene.Crashes(chance))
        {
            Assert.That(possible, Does.Contain(await FaultScene.StartOnAsync(crashed)), $"{injection}: a crash before the next write");
        }

        await RecoverAsync(scene, injection, FaultScene.TitleAfter(done), chance);
    }

    /// <summary>Writes work again by themselves, in a new segment, and with them what was undone is gone for good.</summary>
    private static async Task RecoverAsync(FaultScene scene, Injection injection, string undoneTitle, Chance chance)
    {
        var directory = scene.Directory;
        Injection.End(scene.Files);
        var used = scene.Disk.FileNames.Where(name => HoldsLines(scene, name)).Append(injection.Call!.Path).Select(Path.GetFileName).ToList();
        scene.Files.Reset();
        var count = directory.Notes.Count;
        await directory.Notes.AddAsync(new Note { Id = "later", Title = undoneTitle });
        Assert.That(directory.Notes.Count, Is.EqualTo(count + 1));
        Assert.That(directory.Storage.IsWritable, Is.True, $"{injection}: writes work again");
        var segments = scene.Files.Calls.Select(call => Path.GetFileName(call.Path)).Where(name => JournalSegment.TryParse(name, out _)).Distinct().ToList();
        Assert.That(segments, Has.Count.EqualTo(1), $"{injection}");
        Assert.That(used, Has.None.EqualTo(segments[0]), $"{injection}: a new segment, and the failed one is not touched");

        var state = NoteState.Of(directory);
        foreach (var crashed in scene.Crashes(chance))
        {
            Assert.That(await FaultScene.StartOnAsync(crashed), Is.EqualTo(state), $"{injection}: a crash after the next write");
        }

        await directory.RestartAsync();
        Assert.That(NoteState.Of(directory), Is.EqualTo(state), $"{injection}: a clean restart");
        await directory.CloseAsync();
        Assert.That(scene.Disk.FileNames, Is.EqualTo(new[] { "manifest.json", "notes.json", "others.json" }), $"{injection}: no file stays behind");
    }

    private static bool HoldsLines(FaultScene scene, string name)
        => JournalSegment.TryParse(name, out _) && scene.Disk.Read(name).AsSpan().Count((byte)'\n') > 1;

    /// <summary>While the first unit of work is being written, the others commit, and so are written together.</summary>
    private static async Task<Task[]> CommitGroupAsync(FaultScene scene)
    {
        List<Task> group = [];
        scene.Files.Decide = (call, _) =>
        {
            for (var number = 1; call is 0 && number < FaultScene.Units; number++)
            {
                group.Add(scene.CommitAsync(number));
            }

            return Fault.None;
        };
        var first = scene.CommitAsync(0);
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return [first, .. group];
    }
}
