using System.Diagnostics;
using System.Text.Json;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Identity.Benchmarks.Size;

/// <summary>One measurement, in a process that does nothing else; prints what it found as JSON.</summary>
internal static class SizePart
{
    public const string Seed = "seed";
    public const string SeedConnections = "seed-connections";
    public const string Open = "open";
    public const string Stall = "stall";
    public const string Abandon = "abandon";

    public static string[] Names => [Seed, SeedConnections, Open, Stall, Abandon];

    public static async Task<int> RunAsync(string part, string directory, int count, CancellationToken cancellationToken)
    {
        var found = part switch
        {
            Seed => await SeedAsync(directory, count, withTokens: true, cancellationToken),
            SeedConnections => await SeedAsync(directory, count, withTokens: false, cancellationToken),
            Open => MeasureOpen(directory),
            Stall => await StallMeasurement.TakeAsync(directory, cancellationToken),
            _ => await AbandonedRequests.MeasureAsync(directory, count, cancellationToken),
        };
        Console.WriteLine(JsonSerializer.Serialize(found));

        // Not disposed: what is measured is to stay on disk as it was seeded.
        return 0;
    }

    /// <summary>A host with the stores and nothing else.</summary>
    public static ServiceProvider CreateServices(string directory, TimeProvider time)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(time);
        services.AddOpenIddict().AddCore(core => core.UseFileSystem(options => options.Directory = directory));
        return services.BuildServiceProvider();
    }

    /// <summary>What is held after everything that is not was let go of.</summary>
    public static long Managed()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static async Task<Dictionary<string, double>> SeedAsync(string directory, int tokens, bool withTokens, CancellationToken cancellationToken)
    {
        await using var services = CreateServices(directory, TimeProvider.System);
        await SizeSeed.WriteAsync(services.GetRequiredService<StorageDirectory>(), SizeSeed.ConnectionsOf(tokens), withTokens, cancellationToken);
        return [];
    }

    private static Dictionary<string, double> MeasureOpen(string directory)
    {
        var services = CreateServices(directory, TimeProvider.System);
        var before = Managed();
        var watch = Stopwatch.StartNew();
        var storage = services.GetRequiredService<StorageDirectory>();
        var load = watch.Elapsed;
        var (collections, paused) = (GC.CollectionCount(0), GC.GetTotalPauseDuration());
        using var process = Process.GetCurrentProcess();
        var peak = process.PeakWorkingSet64;
        var managed = Managed() - before;
        process.Refresh();
        var found = new Dictionary<string, double>
        {
            ["load s"] = load.TotalSeconds,
            ["collections"] = collections,
            ["paused s"] = paused.TotalSeconds,
            ["managed B"] = managed,
            ["working set B"] = process.WorkingSet64,
            ["peak B"] = peak,
            ["files B"] = Directory.EnumerateFiles(directory).Sum(file => new FileInfo(file).Length),
        };
        GC.KeepAlive(storage);
        return found;
    }
}
