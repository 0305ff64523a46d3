using BenchmarkDotNet.Attributes;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Benchmarks.Engine;

/// <summary>
/// What a refresh grant changes, made durable: the presented token redeemed, its predecessor spent, a successor added, in one unit of
/// work, by so many writers at once. The result is the time of one commit where the writers share the disk.
/// </summary>
[MemoryDiagnoser]
public class CommitBenchmarks
{
    private const int CommitsPerWriter = 64;

    private GrantDirectory _grants = null!;
    private List<(Grant Predecessor, Grant Presented)> _chains = null!;
    private int _number;

    /// <summary>Writers at once.</summary>
    [Params(1, 8, 64)]
    public int Writers { get; set; }

    /// <summary>Opens a directory with two entries for each writer.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _grants = await GrantDirectory.CreateAsync(2 * Writers);
        _number = 2 * Writers;
        _chains = [.. _grants.Grants.List().Chunk(2).Select(pair => (pair[0], pair[1]))];
    }

    /// <summary>Deletes it.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync() => await _grants.DisposeAsync();

    /// <summary>Every writer commits one after another, as a client does that refreshes in a loop.</summary>
    [Benchmark(OperationsPerInvoke = CommitsPerWriter)]
    public Task CommitAsync() => Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync));

    private async Task WriteAsync(int writer)
    {
        for (var commit = 0; commit < CommitsPerWriter; commit++)
        {
            using var unit = _grants.Directory.BeginUnitOfWork();
            var (predecessor, presented) = _chains[writer];
            var successor = GrantDirectory.CreateGrant(Interlocked.Increment(ref _number));
            await _grants.Grants.AddAsync(successor);
            presented.Status = "redeemed";
            await _grants.Grants.UpdateAsync(presented);
            // Removed instead of marked, so that the directory stays as large as it is.
            await _grants.Grants.RemoveAsync(predecessor);
            await unit.CommitAsync();
            _chains[writer] = (presented, successor);
        }
    }
}
