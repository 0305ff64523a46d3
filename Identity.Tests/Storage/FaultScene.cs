using System.Text;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>A directory on a simulated disk with faults, and units of work that change all of its collections.</summary>
internal sealed class FaultScene : IAsyncDisposable
{
    public const int Units = 4;

    private FaultScene(SimulatedDisk disk)
    {
        Disk = disk;
        Files = new FaultyFileSystem(disk);
        Directory = NoteDirectory.Over(Files);
    }

    public SimulatedDisk Disk { get; }

    public FaultyFileSystem Files { get; }

    public NoteDirectory Directory { get; }

    /// <summary>A directory on a disk, not opened yet.</summary>
    public static FaultScene On(SimulatedDisk disk) => new(disk);

    /// <summary>An open directory with some entries, all of them in the collections' files.</summary>
    public static async Task<FaultScene> StartAsync()
    {
        var scene = On(new SimulatedDisk());
        await scene.AddEntriesAsync();
        await scene.Directory.Storage.SnapshotAsync();
        return scene;
    }

    /// <summary>Adds what the units of work change.</summary>
    public async Task AddEntriesAsync()
    {
        using var unit = Directory.Storage.BeginUnitOfWork();
        await Directory.Notes.AddAsync(new Note { Id = "kept", Owner = "alice", Title = "first", Text = "before" });
        await Directory.Notes.AddAsync(new Note { Id = "spent", Owner = "alice" });
        await Directory.Others.AddAsync(new Note { Id = "other", Text = "before" });
        await Directory.Volatile.AddAsync(new Note { Id = "in memory", Text = "before" });
        await unit.CommitAsync();
    }

    /// <summary>The title of the note that each of them changes.</summary>
    public static string TitleAfter(int number) => number % 2 is 0 ? "second" : "first";

    /// <summary>Commits a unit of work that changes, adds and removes in three collections, resting on the one before it.</summary>
    /// <param name="number">From 0, each once and in this order.</param>
    public async Task CommitAsync(int number)
    {
        using var unit = Directory.Storage.BeginUnitOfWork();
        var kept = Directory.Notes.Find("kept")!;
        (kept.Owner, kept.Title, kept.Text) = ("bob", TitleAfter(number), $"{kept.Text}, {number}");
        await Directory.Notes.UpdateAsync(kept);
        await Directory.Notes.RemoveAsync(Directory.Notes.Find(number is 0 ? "spent" : $"added {number - 1}")!);
        await Directory.Notes.AddAsync(new Note { Id = $"added {number}", Owner = "carol", Text = new string('x', 100) });
        await Directory.Others.MutateAsync(["other"], other => other.Text = $"after {number}");
        await Directory.Others.AddAsync(new Note { Id = $"added {number}" });
        var inMemory = Directory.Volatile.Find("in memory")!;
        inMemory.Text = $"after {number}";
        await Directory.Volatile.UpdateAsync(inMemory);
        await unit.CommitAsync();
    }

    /// <summary>The first of them, one after another.</summary>
    public async Task CommitAllAsync(int count)
    {
        for (var number = 0; number < count; number++)
        {
            await CommitAsync(number);
        }
    }

    /// <summary>What there is after no, one, two, … of them.</summary>
    public static async Task<List<(string OnDisk, string InMemory)>> StatesAsync()
    {
        await using var scene = await StartAsync();
        List<(string OnDisk, string InMemory)> states = [(NoteState.Of(scene.Directory), NoteState.InMemory(scene.Directory))];
        for (var number = 0; number < Units; number++)
        {
            await scene.CommitAsync(number);
            states.Add((NoteState.Of(scene.Directory), NoteState.InMemory(scene.Directory)));
        }

        return states;
    }

    /// <summary>Who was told that it succeeded, and who that it could not be kept.</summary>
    public static async Task<bool[]> OutcomesAsync(params Task[] tasks)
    {
        var outcomes = new bool[tasks.Length];
        for (var index = 0; index < tasks.Length; index++)
        {
            try
            {
                await tasks[index];
                outcomes[index] = true;
            }
            catch (StorageException)
            {
                outcomes[index] = false;
            }
        }

        return outcomes;
    }

    /// <summary>A unit of work that reads what the others change, and commits when it is told to.</summary>
    public async Task ReadAsync(Task go, string? writes = null)
    {
        using var unit = Directory.Storage.BeginUnitOfWork();
        Assert.That(Directory.Notes.Find("kept"), Is.Not.Null);
        if (writes is not null)
        {
            await Directory.Others.AddAsync(new Note { Id = writes });
        }

        await go;
        await unit.CommitAsync();
    }

    /// <summary>What a start finds if the process is killed now, or loses power: in the worst case, and in some others.</summary>
    public IEnumerable<SimulatedDisk> Crashes(Chance chance)
        => [Disk.AfterKill(), Disk.AfterPowerLoss(null), Disk.AfterPowerLoss(chance), Disk.AfterPowerLoss(chance)];

    /// <summary>Starts on what a crash left, twice, and says what it found.</summary>
    public static async Task<string> StartOnAsync(SimulatedDisk disk)
    {
        await using var first = NoteDirectory.Over(disk);
        var found = NoteState.Of(first);

        // A start cuts off and tidies up: what it made of the disk must start just as well, should it be killed at once.
        await using var second = NoteDirectory.Over(disk.AfterPowerLoss(null));
        Assert.That(NoteState.Of(second), Is.EqualTo(found), "a start after the start");
        return found;
    }

    /// <summary>The disk with a line at the end of the journal that was being written when the process was killed.</summary>
    public static SimulatedDisk Torn(SimulatedDisk killed)
    {
        var journal = killed.FileNames.Last(name => name.StartsWith("journal", StringComparison.Ordinal));
        var content = Encoding.UTF8.GetString(killed.Read(journal));
        var end = content.TrimEnd(' ', '\t').Length;
        const string Start = "{\"seq\":9,\"durable\":";
        killed.Put(journal, Encoding.UTF8.GetBytes(content[..end] + Start + content[(end + Start.Length)..]));
        return killed;
    }

    public ValueTask DisposeAsync() => Directory.DisposeAsync();
}
