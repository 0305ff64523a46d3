using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Storage.History;

namespace Identity.Tests.Storage;

/// <summary>
/// A process killed (SIGKILL) again and again, while it writes, takes snapshots and starts: nothing acknowledged is lost, nothing is half
/// there, and nobody was told of anything that is not so.
/// </summary>
[TestFixture]
internal sealed class KillTests
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "identity-tests", Guid.NewGuid().ToString("N"));
    private readonly int[] _acknowledged = new int[ChainWriter.Writers];
    private readonly HashSet<string> _keys = [];
    private readonly HistoryReader _history = new();
    private int _acknowledgements;
    private int _killedInAStart;
    private int _killedInASnapshot;
    private int _killedInALine;

    // KILLS=1000 for more than what every build can wait for.
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("KILLS"), CultureInfo.InvariantCulture, out var count) ? count : 50;

    [Test]
    public async Task What_was_acknowledged_survives_a_kill_at_any_moment_and_nothing_is_half_there()
    {
        var seed = Chance.ChooseSeed();
        TestContext.Out.WriteLine($"KILLS={Kills}");
        var chance = new Chance(seed);
        for (var life = 1; life <= Kills; life++)
        {
            var moment = KillMoment.Choose(life, chance);
            await RunAndKillAsync(life, moment, chance.Next());
            await CheckAsync(life, $"SEED={seed}, life {life}, killed {moment.Format()}");
        }

        TestContext.Out.WriteLine(
            $"{Kills} kills: {_killedInAStart} during a start, {_killedInASnapshot} during a snapshot, {_killedInALine} in the middle of a line; " +
            $"{_acknowledgements} acknowledged successors, {_keys.Count} keys; {_history.Summary}");
        var violations = HistoryChecker.Check(_history.Units, _history.Last);
        Assert.That(violations.Take(10), Is.Empty, $"SEED={seed}: {violations.Count} violations");
        Assert.That((int[])[_killedInAStart, _killedInASnapshot, _killedInALine], Is.All.GreaterThan(Kills / 10), "each had its share");
        Assert.That(_acknowledgements, Is.GreaterThan(Kills), "the writers got somewhere");
        Directory.Delete(_path, recursive: true);
    }

    private async Task RunAndKillAsync(int life, KillMoment moment, ulong seed)
    {
        using var worker = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) is "dotnet" ? host : "dotnet")
        {
            ArgumentList = { typeof(CrashWorker).Assembly.Location, CrashWorker.Command, _path, $"{life}", $"{seed}", moment.Format() },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _history.BeginLife(life);
        var hasOpened = false;
        var until = moment.Kind switch
        {
            KillKind.Outside => moment.Count,
            KillKind.OutsideAtAStart => 0,
            _ => int.MaxValue,
        };
        for (var count = 0; await worker.StandardOutput.ReadLineAsync() is { } line; count++)
        {
            hasOpened |= Note(line);
            if (count == until)
            {
                worker.Kill();
            }
        }

        await worker.WaitForExitAsync();
        Assert.That(worker.ExitCode, Is.EqualTo(128 + 9), $"life {life} was killed, {moment.Format()}");
        _killedInAStart += hasOpened ? 0 : 1;
        _killedInASnapshot += IsInTheMiddleOfASnapshot() ? 1 : 0;
    }

    /// <returns>Whether the line says that the start is over.</returns>
    private bool Note(string line)
    {
        // What a kill cut off nobody was told.
        var fields = HistoryLog.Split(line);
        switch (fields)
        {
            case [ChainWriter.Acknowledgement, var writer, var number]:
                _acknowledgements++;
                ref var last = ref _acknowledged[int.Parse(writer, CultureInfo.InvariantCulture)];
                last = Math.Max(last, int.Parse(number, CultureInfo.InvariantCulture));
                break;
            case [CrashWorker.Key, var name]:
                _keys.Add(name);
                break;
            default:
                _history.Read(line);
                break;
        }

        return fields is [CrashWorker.Opened, _];
    }

    /// <summary>Starts on a copy, so that the next process finds what this one left, and does all of the clearing up itself.</summary>
    private async Task CheckAsync(int life, string when)
    {
        var copy = _path + "-copy";
        Copy(_path, copy);
        await using (var storage = CrashWorker.Open(new PhysicalFileSystem(), copy))
        {
            ChainWriter.Check(storage, _acknowledged, when);
            _history.Observe(HistoryClient.Observe(storage));
            var keys = storage.ListFiles(CrashWorker.KeyFolder);
            Assert.That(keys.Append(CrashWorker.NameOfKey(life)), Is.SupersetOf(_keys), when);
            Assert.That(keys, Is.SupersetOf(_keys), when);
            Assert.That(keys.Select(name => Encoding.UTF8.GetString(storage.ReadFile(CrashWorker.KeyFolder, name))), Is.EqualTo(keys), when);
        }

        _killedInALine += CountQuarantines(copy) > CountQuarantines(_path) ? 1 : 0;
        Directory.Delete(copy, recursive: true);
    }

    /// <summary>Whether a collection's file is half written, or newer than the manifest knows.</summary>
    private bool IsInTheMiddleOfASnapshot()
    {
        var files = new PhysicalFileSystem();
        return Directory.Exists(_path) && Manifest.Read(files, _path) is { } manifest && manifest.Collections.Any(collection =>
        {
            var path = Path.Combine(_path, collection.Key + ".json");
            var head = JsonSerializer.Deserialize([.. Encoding.UTF8.GetBytes(File.ReadLines(path).First()), .. Snapshot.FileEnd], StorageJson.Default.SnapshotHead);
            return File.Exists(path + FileSystemExtensions.TemporaryEnding) || head!.Seq > collection.Value;
        });
    }

    /// <summary>None in a directory that is not there: the first life may be killed before it makes one.</summary>
    private static int CountQuarantines(string path) => Directory.Exists(path) ? Directory.GetFiles(path, "*.quarantine").Length : 0;

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.Exists(from) ? Directory.EnumerateFiles(from).Where(file => !Path.GetFileName(file).StartsWith('.')) : [])
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var folder in Directory.Exists(from) ? Directory.EnumerateDirectories(from) : [])
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
