using BenchmarkDotNet.Attributes;

namespace Identity.Benchmarks.Engine;

/// <summary>What takes longer the more there is: opening a directory, and writing a collection's file.</summary>
[MemoryDiagnoser]
[SimpleJob(launchCount: 1, warmupCount: 2, iterationCount: 8, invocationCount: 1)]
public class DirectoryBenchmarks
{
    private GrantDirectory _grants = null!;
    private Grant _changed = null!;

    /// <summary>Entries.</summary>
    [Params(100_000)]
    public int Entries { get; set; }

    /// <summary>Fills a directory, and folds its journal in.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _grants = await GrantDirectory.CreateAsync(Entries);
        await _grants.Directory.SnapshotAsync();
        _changed = _grants.Grants.FindFirst(GrantDirectory.Reference, GrantDirectory.ReferenceOf(0))!;
    }

    /// <summary>Deletes it.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync() => await _grants.DisposeAsync();

    /// <summary>Closes the directory, so that it can be opened.</summary>
    [IterationSetup(Target = nameof(Open))]
    public void Close() => _grants.Directory.DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Reads, checks and indexes all entries.</summary>
    [Benchmark]
    public void Open() => _grants.Open();

    /// <summary>Writes all entries after one has changed, and flushes.</summary>
    [Benchmark]
    public async Task SnapshotAsync()
    {
        await _grants.Grants.UpdateAsync(_changed);
        await _grants.Directory.SnapshotAsync();
    }
}
