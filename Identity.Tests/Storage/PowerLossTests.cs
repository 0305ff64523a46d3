namespace Identity.Tests.Storage;

/// <summary>A kill, and a loss of power, at each call that the engine makes in its life.</summary>
[TestFixture]
internal sealed class PowerLossTests
{
    private static readonly (string Name, Func<FaultScene, Task> Run)[] Steps =
    [
        ("the first start", scene => Task.FromResult(scene.Directory.Storage)),
        ("the first key", scene => WriteKey(scene, "first.json")),
        ("the first commit", scene => scene.AddEntriesAsync()),
        ("a commit", scene => scene.CommitAsync(0)),
        ("a commit that makes the segment grow", scene => scene.Directory.Notes.AddAsync(new Note { Id = "long", Text = new string('x', 5_000) }).AsTask()),
        ("a snapshot", scene => scene.Directory.Storage.SnapshotAsync()),
        ("a commit into the next segment", scene => scene.CommitAsync(1)),
        ("a commit in the middle of a snapshot", CommitInTheMiddleOfASnapshotAsync),
        ("a commit whose flush fails, made again", CommitAfterAFailureAsync),
        ("the second key", scene => WriteKey(scene, "second.json")),
        ("a clean stop", scene => scene.Directory.CloseAsync()),
        ("a start", scene => Task.FromResult(scene.Directory.Storage)),
        ("a removal", scene => scene.Directory.Notes.RemoveAsync(["long"]).AsTask()),
        ("another snapshot", scene => scene.Directory.Storage.SnapshotAsync()),
        ("another clean stop", scene => scene.Directory.CloseAsync()),
    ];

    [Test]
    public async Task Whatever_the_moment_everything_acknowledged_is_there_and_nothing_is_half_there()
    {
        var chance = new Chance(Chance.ChooseSeed());
        var states = await StatesAsync();
        List<(SimulatedDisk Disk, int From, int To, string When)> crashes = [];
        await using (var scene = FaultScene.On(new SimulatedDisk()))
        {
            for (var index = 0; index < Steps.Length; index++)
            {
                var (step, name) = (index, Steps[index].Name);
                scene.Files.Decide = (number, call) =>
                {
                    crashes.AddRange(scene.Crashes(chance).Select(disk => (disk, step, step + 1, $"{name}, before call {number} ({call})")));
                    return Fault.None;
                };
                scene.Files.Reset();
                await Steps[index].Run(scene);
                crashes.AddRange(scene.Crashes(chance).Select(disk => (disk, step + 1, step + 1, $"after {name}")));
            }
        }

        foreach (var (disk, from, to, when) in crashes)
        {
            var found = await StartWithCrashAsync(disk, chance, when);
            Assert.That(states[from..(to + 1)], Does.Contain(found), when);
        }

        Assert.That(crashes, Has.Count.GreaterThan(500));
    }

    /// <summary>Starts, loses power at one of the calls of the start, and starts again.</summary>
    private static async Task<string> StartWithCrashAsync(SimulatedDisk disk, Chance chance, string when)
    {
        // Until the start is over nobody was told of what a kill left in the kernel's memory only.
        var durable = await FaultScene.StartOnAsync(disk.AfterPowerLoss(null));
        await using var scene = FaultScene.On(disk);
        var moment = chance.Below(30);
        SimulatedDisk? crashed = null;
        scene.Files.Decide = (number, _) =>
        {
            crashed = number == moment ? scene.Disk.AfterPowerLoss(chance) : crashed;
            return Fault.None;
        };
        var found = NoteState.Of(scene.Directory);
        if (crashed is not null)
        {
            Assert.That(await FaultScene.StartOnAsync(crashed), Is.AnyOf(found, durable), $"{when}, and before call {moment} of the start after it");
        }

        return found;
    }

    /// <summary>What there is before the first step and after each, when nothing goes wrong.</summary>
    private static async Task<List<string>> StatesAsync()
    {
        List<string> states = [string.Empty];
        await using var scene = FaultScene.On(new SimulatedDisk());
        foreach (var (_, run) in Steps)
        {
            await run(scene);
            states.Add(await FaultScene.StartOnAsync(scene.Disk.AfterKill()));
        }

        return states;
    }

    private static Task WriteKey(FaultScene scene, string name)
    {
        scene.Directory.Storage.WriteFile("keys", name, "a key"u8);
        return Task.CompletedTask;
    }

    private static async Task CommitInTheMiddleOfASnapshotAsync(FaultScene scene)
    {
        Task? commit = null;
        scene.Files.DecideCall = call =>
        {
            commit ??= call.Name is "Rename" ? scene.CommitAsync(2) : null;
            return Fault.None;
        };
        await scene.Directory.Storage.SnapshotAsync();
        await commit!;
    }

    private static async Task CommitAfterAFailureAsync(FaultScene scene)
    {
        scene.Files.DecideCall = call => call.Name is "Flush" ? Fault.Forgotten : Fault.None;
        Assert.That(await FaultScene.OutcomesAsync(scene.CommitAsync(3)), Is.All.False);
        Injection.End(scene.Files);
        await scene.CommitAsync(3);
    }
}
