using System.Globalization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage.History;

/// <summary>
/// Parallel clients on a disk that fails, and on which the process is killed or power is lost, again and again: nobody was ever told
/// of a change that was then taken back, of a part of one, or of an older state than somebody before.
/// </summary>
[TestFixture]
internal sealed class HistoryTests
{
    private const int Clients = 6;

    // CRASHES=10000 for more than what every build can wait for.
    private static int Crashes => int.TryParse(Environment.GetEnvironmentVariable("CRASHES"), CultureInfo.InvariantCulture, out var count) ? count : 100;

    [Test]
    public async Task Nobody_is_told_of_anything_that_a_fault_or_a_crash_takes_back()
    {
        var seed = Chance.ChooseSeed();
        TestContext.Out.WriteLine($"CRASHES={Crashes}");
        var chance = new Chance(seed);
        var reader = new HistoryReader();
        var disk = new SimulatedDisk();
        for (var life = 1; life <= Crashes; life++)
        {
            disk = await LiveAsync(disk, life, chance.For(life), reader);
            disk = await ObserveAsync(disk, reader);
        }

        TestContext.Out.WriteLine(reader.Summary);
        var violations = HistoryChecker.Check(reader.Units, reader.Last);
        Assert.That(violations.Take(10), Is.Empty, $"SEED={seed}: {violations.Count} violations");
        Assert.That(reader.Count(HistoryOutcome.Done), Is.GreaterThan(Crashes), "the clients got somewhere");
        Assert.That(reader.Count(HistoryOutcome.Failed), Is.GreaterThan(Crashes / 2), "faults were told of");
        Assert.That(reader.Count(HistoryOutcome.Unknown), Is.GreaterThan(Crashes / 2), "crashes came in between");
    }

    /// <summary>Runs clients until the crash.</summary>
    /// <returns>What it left.</returns>
    private static async Task<SimulatedDisk> LiveAsync(SimulatedDisk disk, int life, Chance chance, HistoryReader reader)
    {
        List<string> lines = [];
        var log = new HistoryLog(life, lines.Add);
        var crash = new SimulatedCrash(disk, log, chance);
        var files = new FaultyFileSystem(disk) { DecideCall = crash.Decide };
        await using var directory = HistoryDirectory.Over(files);
        if (Open(directory, log) is { } storage)
        {
            while (!log.IsClosed && !(await FaultScene.OutcomesAsync(HistoryClient.CreateRegistersAsync(storage)))[0])
            {
                // A fault; without registers the clients would have nothing to do.
            }

            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => new HistoryClient(storage, log, chance.For(client)).RunAsync()));
        }

        reader.BeginLife(life);
        lines.ForEach(reader.Read);
        return crash.Left!;
    }

    /// <summary>Tries to start until it works or the crash comes.</summary>
    private static StorageDirectory? Open(HistoryDirectory directory, HistoryLog log)
    {
        while (!log.IsClosed)
        {
            try
            {
                return directory.Open();
            }
            catch (StorageException)
            {
                // A fault; the next try may have none.
            }
        }

        return null;
    }

    /// <returns>The disk as the one who was told of it left it, by a kill.</returns>
    private static async Task<SimulatedDisk> ObserveAsync(SimulatedDisk disk, HistoryReader reader)
    {
        await using var directory = HistoryDirectory.Over(disk);
        reader.Observe(HistoryClient.Observe(directory.Open()));
        return disk.AfterKill();
    }
}
