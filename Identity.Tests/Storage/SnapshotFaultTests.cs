using System.Text;

namespace Identity.Tests.Storage;

/// <summary>Each call of a snapshot, and of a clean stop, made to fail in turn: nothing is lost, and writes go on meanwhile.</summary>
[TestFixture]
internal sealed class SnapshotFaultTests
{
    private const int Before = 2;

    private static readonly bool[] Failed = [false];

    private static readonly string[] Folded = ["manifest.json", "notes.json", "others.json"];

    [Test]
    public async Task A_fault_at_any_call_of_a_snapshot_loses_nothing_and_leaves_nothing_behind()
    {
        var chance = new Chance(Chance.ChooseSeed());
        var states = await FaultScene.StatesAsync();
        var calls = await Injection.ForEachAsync(injection => RunAsync(injection, states, chance));
        Assert.That(calls, Is.GreaterThan(20), "each call was tried");
    }

    private static async Task RunAsync(Injection injection, List<(string OnDisk, string InMemory)> states, Chance chance)
    {
        await using var scene = await FaultScene.StartAsync();
        var directory = scene.Directory;
        await scene.CommitAllAsync(Before);
        var meanwhile = Task.CompletedTask;
        injection.Failing = () => meanwhile = scene.CommitAsync(Before);
        injection.Begin(scene.Files);
        await FaultScene.OutcomesAsync(directory.Storage.SnapshotAsync());
        var isWritten = (await FaultScene.OutcomesAsync(meanwhile))[0] && injection.Call is not null;
        var done = Before + (isWritten ? 1 : 0);

        Assert.That(injection.Lasts || injection.Call is null || isWritten, Is.True, $"{injection}: writes do not need the snapshot");
        Assert.That(NoteState.InMemory(directory), Is.EqualTo(states[done].InMemory), $"{injection}: reads go on");
        Assert.That(injection.Lasts ? [] : scene.Disk.FileNames, Has.None.EndsWith(".tmp"), $"{injection}: nothing half written takes up the disk");
        foreach (var crashed in scene.Crashes(chance))
        {
            var possible = states[done..(Before + 2)].Select(state => state.OnDisk);
            Assert.That(possible, Does.Contain(await FaultScene.StartOnAsync(crashed)), $"{injection}: a crash after the snapshot");
        }

        Injection.End(scene.Files);
        await directory.Notes.AddAsync(new Note { Id = "later" });
        var state = NoteState.Of(directory);
        await directory.Storage.SnapshotAsync();
        foreach (var crashed in scene.Crashes(chance))
        {
            Assert.That(await FaultScene.StartOnAsync(crashed), Is.EqualTo(state), $"{injection}: a crash after the next snapshot");
        }

        // What could not even be removed goes with the next start.
        await (injection.Lasts ? directory.RestartAsync() : Task.CompletedTask);
        await directory.CloseAsync();
        Assert.That(scene.Disk.FileNames, Is.EqualTo(Folded), $"{injection}: the next snapshot folds everything in");
    }

    [Test]
    public async Task A_file_that_is_rewritten_for_a_change_that_failed_is_no_file_of_another_time()
    {
        await using var scene = FaultScene.On(new SimulatedDisk());
        var directory = scene.Directory;
        await directory.Others.AddAsync(new Note { Id = "other" });
        await directory.Storage.SnapshotAsync();
        await directory.Notes.AddAsync(new Note { Id = "one" });
        await directory.Storage.SnapshotAsync();
        scene.Files.DecideCall = call => call.Name is "CreateFile" ? Fault.Full : Fault.None;
        Assert.That(await FaultScene.OutcomesAsync(directory.Others.AddAsync(new Note { Id = "failed" }).AsTask()), Is.EqualTo(Failed));
        SimulatedDisk? killed = null;
        scene.Files.DecideCall = call =>
        {
            killed ??= call.Name is "Rename" && Path.GetFileName(call.Path).StartsWith("manifest.json", StringComparison.Ordinal) ? scene.Disk.AfterKill() : null;
            return Fault.None;
        };
        await directory.Storage.SnapshotAsync();
        Assert.That(await FaultScene.StartOnAsync(killed!), Is.EqualTo(NoteState.Of(directory)));
    }

    [Test]
    public async Task A_fault_at_any_call_of_a_clean_stop_loses_nothing_and_the_next_one_makes_up_for_it()
    {
        var chance = new Chance(Chance.ChooseSeed());
        var states = await FaultScene.StatesAsync();
        var calls = await Injection.ForEachAsync(async injection =>
        {
            await using var scene = await FaultScene.StartAsync();
            await scene.CommitAllAsync(Before);
            injection.Begin(scene.Files);
            await scene.Directory.CloseAsync();
            foreach (var crashed in scene.Crashes(chance))
            {
                Assert.That(await FaultScene.StartOnAsync(crashed), Is.EqualTo(states[Before].OnDisk), $"{injection}: a start");
            }

            Injection.End(scene.Files);
            await scene.Directory.RestartAsync();
            Assert.That(NoteState.Of(scene.Directory), Is.EqualTo(states[Before].OnDisk), $"{injection}: a start on what the stop left");
            await scene.Directory.CloseAsync();
            Assert.That(scene.Disk.FileNames, Is.EqualTo(Folded), $"{injection}: the next stop");
        });
        Assert.That(calls, Is.GreaterThan(20), "each call was tried");
    }

    [Test]
    public async Task A_fault_at_any_call_of_a_snapshot_leaves_what_a_person_wrote_into_a_file_while_the_server_ran()
    {
        var chance = new Chance(Chance.ChooseSeed());
        var calls = await Injection.ForEachAsync(async injection =>
        {
            await using var scene = await FaultScene.StartAsync();
            var edited = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(scene.Disk.Read("notes.json")).Replace("before", "edited by a person", StringComparison.Ordinal));
            scene.Disk.Put("notes.json", edited);
            await scene.CommitAsync(0);
            injection.Begin(scene.Files);
            await FaultScene.OutcomesAsync(scene.Directory.Storage.SnapshotAsync());
            foreach (var crashed in scene.Crashes(chance).Append(scene.Disk))
            {
                Assert.That(crashed.FileNames.Select(crashed.Read), Has.Some.EqualTo(edited), $"{injection}");
            }

            Injection.End(scene.Files);
            var state = NoteState.Of(scene.Directory);
            await scene.Directory.RestartAsync();
            Assert.That(NoteState.Of(scene.Directory), Is.EqualTo(state), $"{injection}: what the server holds counts");
            var kept = scene.Disk.FileNames.Where(name => name.EndsWith(".edited", StringComparison.Ordinal)).ToList();
            Assert.That(kept.Select(scene.Disk.Read), Has.Some.EqualTo(edited), $"{injection}");
            Assert.That(kept, Is.All.StartsWith("notes.json."), $"{injection}: what the server wrote itself is no edit");
        });
        Assert.That(calls, Is.GreaterThan(20), "each call was tried");
    }

    [Test]
    public async Task After_a_snapshot_that_failed_a_clean_stop_folds_everything_in()
    {
        await Injection.ForEachAsync(async injection =>
        {
            await using var scene = await FaultScene.StartAsync();
            await scene.CommitAllAsync(Before);
            injection.Begin(scene.Files);
            await FaultScene.OutcomesAsync(scene.Directory.Storage.SnapshotAsync());
            Injection.End(scene.Files);
            await scene.Directory.CloseAsync();
            Assert.That(scene.Disk.FileNames, Is.EqualTo(Folded), $"{injection}");
        });
    }
}
