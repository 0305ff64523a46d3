using BenchmarkDotNet.Attributes;

namespace Identity.Benchmarks.Engine;

/// <summary>What a request asks: one entry by identifier or reference, the ten of a connection; with few and with many entries.</summary>
[MemoryDiagnoser]
public class LookupBenchmarks
{
    private GrantDirectory _grants = null!;
    private string _id = null!;
    private int _number;

    /// <summary>Entries.</summary>
    [Params(100, 100_000)]
    public int Entries { get; set; }

    /// <summary>Fills a directory.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _grants = await GrantDirectory.CreateAsync(Entries);
        _number = Entries / 2;
        _id = _grants.Grants.FindFirst(GrantDirectory.Reference, GrantDirectory.ReferenceOf(_number))!.Id;
    }

    /// <summary>Deletes it.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync() => await _grants.DisposeAsync();

    /// <summary>By identifier.</summary>
    [Benchmark]
    public Grant? FindById() => _grants.Grants.Find(_id);

    /// <summary>By a unique index.</summary>
    [Benchmark]
    public Grant? FindByReference() => _grants.Grants.FindFirst(GrantDirectory.Reference, GrantDirectory.ReferenceOf(_number));

    /// <summary>By an index that has ten entries under the key.</summary>
    [Benchmark]
    public IReadOnlyList<Grant> FindByAuthorization() => _grants.Grants.Find(GrantDirectory.Authorization, GrantDirectory.AuthorizationOf(_number));
}
