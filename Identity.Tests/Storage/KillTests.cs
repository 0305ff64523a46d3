using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Identity.Tests.Storage;

/// <summary>A process killed at random moments, while it writes, takes snapshots and starts: nothing acknowledged is lost, nothing is half there.</summary>
[TestFixture]
internal sealed class KillTests
{
    // KILLS=1000 for more than what every build can wait for.
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("KILLS"), CultureInfo.InvariantCulture, out var count) ? count : 50;

    [Test]
    public async Task What_was_acknowledged_survives_a_kill_at_any_moment_and_nothing_is_half_there()
    {
        var path = Path.Combine(Path.GetTempPath(), "identity-tests", Guid.NewGuid().ToString("N"));
        var acknowledged = new int[ChainWorker.Writers];
        for (var round = 0; round < Kills; round++)
        {
            await RunAndKillAsync(path, acknowledged);
            await CheckAsync(path, acknowledged, round);
        }

        Assert.That(acknowledged.Sum(), Is.GreaterThan(Kills), "the writers got somewhere");
        Directory.Delete(path, recursive: true);
    }

    private static async Task RunAndKillAsync(string path, int[] acknowledged)
    {
        using var worker = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) is "dotnet" ? host : "dotnet")
        {
            ArgumentList = { typeof(ChainWorker).Assembly.Location, ChainWorker.Command, path },
            RedirectStandardOutput = true,
        })!;

        // One in eight is killed while it opens the directory and before it has said a thing; zero acknowledgements stand for that.
        var until = RandomNumberGenerator.GetInt32(8) is 0 ? 0 : RandomNumberGenerator.GetInt32(1, 1_000);
        for (var count = -1; count < until; count++)
        {
            if (await worker.StandardOutput.ReadLineAsync() is not { } line)
            {
                break;
            }

            Note(line, acknowledged);
        }

        worker.Kill();
        await worker.WaitForExitAsync();
        while (await worker.StandardOutput.ReadLineAsync() is { } line)
        {
            Note(line, acknowledged);
        }
    }

    private static void Note(string line, int[] acknowledged)
    {
        // The last line may have been cut off by the kill, which then nobody was told.
        if (line.Split(' ') is [var writer, var number] && int.TryParse(number, CultureInfo.InvariantCulture, out var value))
        {
            var index = int.Parse(writer, CultureInfo.InvariantCulture);
            acknowledged[index] = Math.Max(acknowledged[index], value);
        }
    }

    private static async Task CheckAsync(string path, int[] acknowledged, int round)
    {
        await using var storage = ChainWorker.Open(path);
        for (var writer = 0; writer < acknowledged.Length; writer++)
        {
            var owner = $"writer-{writer}";
            var live = storage.GetCollection(ChainWorker.Live).Find(Storage.Note.ByOwner, owner).Select(note => int.Parse(note.Text!, CultureInfo.InvariantCulture)).ToList();
            var redeemed = storage.GetCollection(ChainWorker.Redeemed).Find(Storage.Note.ByOwner, owner).Select(note => int.Parse(note.Text!, CultureInfo.InvariantCulture)).ToList();
            if (live.Count is 0 && acknowledged[writer] is 0)
            {
                continue;
            }

            Assert.That(live, Has.Count.EqualTo(1), $"round {round}, {owner}");
            Assert.That(live[0], Is.GreaterThanOrEqualTo(acknowledged[writer]), $"round {round}, {owner}: what was acknowledged is there");
            Assert.That(live[0], Is.LessThanOrEqualTo(acknowledged[writer] + 1), $"round {round}, {owner}: at most the one that was under way");
            Assert.That(redeemed, Is.EqualTo(live[0] > 1 ? [live[0] - 1] : Array.Empty<int>()), $"round {round}, {owner}: both or neither");
            acknowledged[writer] = live[0];
        }
    }
}
