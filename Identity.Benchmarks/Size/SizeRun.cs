using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Identity.Benchmarks.Size;

/// <summary>Seeds directories, then has each measurement done by a process of its own, and prints the medians.</summary>
internal sealed class SizeRun(string parent) : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateDirectory(Path.Combine(parent, Path.GetRandomFileName())).FullName;

    public async Task ExecuteAsync(int tokens, int requests, int rounds, CancellationToken cancellationToken)
    {
        var (full, connections) = (Path.Combine(_directory, "tokens"), Path.Combine(_directory, "connections"));
        await RunAsync(SizePart.Seed, full, tokens, cancellationToken);
        await RunAsync(SizePart.SeedConnections, connections, tokens, cancellationToken);

        var with = new List<IReadOnlyDictionary<string, double>>();
        var without = new List<IReadOnlyDictionary<string, double>>();
        for (var round = 0; round < rounds; round++)
        {
            with.Add(await RunAsync(SizePart.Open, full, 0, cancellationToken));
            without.Add(await RunAsync(SizePart.Open, connections, 0, cancellationToken));
        }

        Say($"{tokens} refresh tokens, {SizeSeed.ConnectionsOf(tokens)} connections: medians of {rounds}");
        Say($"load: {Median(with, "load s"):F2} s, of which the connections alone {Median(without, "load s"):F2} s");
        Say($"managed memory of a refresh token: {(Median(with, "managed B") - Median(without, "managed B")) / tokens:F0} B");
        Say($"managed memory of a connection: {Median(without, "managed B") / SizeSeed.ConnectionsOf(tokens):F0} B");
        Say($"working set: {Median(with, "working set B") / 1e6:F0} MB; the peak while loading {Median(with, "peak B") / 1e6:F0} MB; files {Median(with, "files B") / 1e6:F0} MB");

        var stalls = new List<IReadOnlyDictionary<string, double>>();
        for (var round = 0; round < rounds; round++)
        {
            // On a copy: what is written meanwhile must not be there the next time.
            var copy = Path.Combine(_directory, "stall");
            SizePart.Copy(full, copy);
            stalls.Add(await RunAsync(SizePart.Stall, copy, 0, cancellationToken));
            Directory.Delete(copy, recursive: true);
        }

        foreach (var name in stalls[0].Keys)
        {
            Say($"{name}: {Median(stalls, name):F2}");
        }

        if (requests > 0)
        {
            var abandoned = await RunAsync(SizePart.Abandon, Path.Combine(_directory, "requests"), requests, cancellationToken);
            Say($"{requests} abandoned requests, memory afterwards ÷ before: managed {abandoned["managed after"] / abandoned["managed before"]:F2} ({abandoned["managed before"] / 1e6:F1} MB before, at most {abandoned["managed peak"] / 1e6:F0} MB), working set {abandoned["working set after"] / abandoned["working set before"]:F2}");
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string part, string directory, int count, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [typeof(SizeRun).Assembly.Location, "size", "part", part, directory, count.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode is 0
                ? JsonSerializer.Deserialize<Dictionary<string, double>>(output)!
                : throw new InvalidOperationException($"'{part}' ended with {process.ExitCode}: {output}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static double Median(List<IReadOnlyDictionary<string, double>> measurements, string name)
        => measurements.Select(measurement => measurement[name]).Order().ElementAt(measurements.Count / 2);

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
