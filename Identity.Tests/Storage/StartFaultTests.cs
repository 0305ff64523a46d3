using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>Each call of a start made to fail in turn, on every kind of directory: it says so or starts, and nothing is lost.</summary>
[TestFixture]
internal sealed class StartFaultTests
{
    private const int Before = 2;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public enum Left
    {
        Nothing,
        ByACleanStop,
        ByAKill,
        ByAKillInTheMiddleOfALine,
        ByAKillInTheMiddleOfASnapshot,
        ByAFailedWriteAndAKill,
        ReadableByOthers,
    }

    [Test]
    public async Task A_fault_at_any_call_of_a_start_is_told_and_leaves_a_directory_that_starts([Values] Left left)
    {
        var chance = new Chance(Chance.ChooseSeed());
        var (disk, state) = await PrepareAsync(left);
        var calls = await Injection.ForEachAsync(async injection =>
        {
            await using var scene = FaultScene.On(disk.AfterKill());
            injection.Begin(scene.Files);
            try
            {
                Assert.That(NoteState.Of(scene.Directory), Is.EqualTo(state), $"{injection}: started all the same");
            }
            catch (StorageException)
            {
                Assert.That(injection.Call, Is.Not.Null);
            }

            foreach (var crashed in scene.Crashes(chance))
            {
                Assert.That(await FaultScene.StartOnAsync(crashed), Is.EqualTo(state), $"{injection}: after a crash");
            }

            Injection.End(scene.Files);
            Assert.That(NoteState.Of(scene.Directory), Is.EqualTo(state), $"{injection}: the next start");
            Assert.That(
                scene.Disk.FileNames.Where(name => scene.Disk.GetMode(scene.Directory.File(name)) is not Private), Is.Empty, $"{injection}: nobody else can look inside");
            await scene.Directory.Notes.AddAsync(new Note { Id = "later" });
            var later = NoteState.Of(scene.Directory);
            await scene.Directory.RestartAsync();
            Assert.That(NoteState.Of(scene.Directory), Is.EqualTo(later), $"{injection}: a clean restart");
            await scene.Directory.CloseAsync();
            Assert.That(
                scene.Disk.FileNames.Where(name => !name.EndsWith(".quarantine", StringComparison.Ordinal)),
                Is.EqualTo(new[] { "manifest.json", "notes.json", "others.json" }), $"{injection}");
        });
        Assert.That(calls, Is.GreaterThan(10), "each call was tried");
    }

    private static async Task<(SimulatedDisk Disk, string State)> PrepareAsync(Left left)
    {
        if (left is Left.Nothing)
        {
            return (new SimulatedDisk(), string.Empty);
        }

        await using var scene = await FaultScene.StartAsync();
        await scene.CommitAllAsync(Before);
        var state = NoteState.Of(scene.Directory);
        SimulatedDisk? disk = null;
        switch (left)
        {
            case Left.ByACleanStop:
                await scene.Directory.CloseAsync();
                break;
            case Left.ReadableByOthers:
                await scene.Directory.CloseAsync();
                scene.Disk.SetMode(scene.Directory.File("notes.json"), Private | UnixFileMode.OtherRead);
                break;
            case Left.ByAKillInTheMiddleOfALine:
                disk = FaultScene.Torn(scene.Disk.AfterKill());
                break;
            case Left.ByAKillInTheMiddleOfASnapshot:
                scene.Files.DecideCall = call =>
                {
                    // One collection's file is new, the other is half written.
                    disk ??= call.Name is "Flush" && call.Path.EndsWith("others.json.tmp", StringComparison.Ordinal) ? scene.Disk.AfterKill() : null;
                    return Fault.None;
                };
                await scene.Directory.Storage.SnapshotAsync();
                break;
            case Left.ByAFailedWriteAndAKill:
                scene.Files.DecideCall = call => call.Name is "Flush" ? Fault.Before : Fault.None;
                await FaultScene.OutcomesAsync(scene.CommitAsync(Before));
                Injection.End(scene.Files);
                await scene.Directory.Notes.AddAsync(new Note { Id = "in the next segment" });
                state = NoteState.Of(scene.Directory);
                break;
        }

        Assert.That(disk is not null, Is.EqualTo(left is Left.ByAKillInTheMiddleOfALine or Left.ByAKillInTheMiddleOfASnapshot));
        return (disk ?? scene.Disk.AfterKill(), state);
    }
}
