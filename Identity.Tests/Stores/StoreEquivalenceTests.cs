using System.Collections.Immutable;
using CsCheck;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Stores;

/// <summary>The same random operations on the file stores and on OpenIddict's Entity Framework Core stores: the same answers.</summary>
[TestFixture]
[StartsFirst]
internal sealed class StoreEquivalenceTests
{
    [Test]
    public Task Every_answer_is_the_one_that_the_Entity_Framework_Core_stores_give()
        => StoreSequence.Any.SampleAsync(CompareOrReduceAsync, writeLine: TestContext.Out.WriteLine, iter: Sequences, threads: 3);

    private static int Sequences => int.TryParse(Environment.GetEnvironmentVariable("STORE_SEQUENCES"), out var count) ? count : 2_000;

    private static async Task CompareOrReduceAsync(StoreSequence sequence)
    {
        try
        {
            await CompareAsync(sequence);
        }
        catch (Exception failure)
        {
            var (smallest, last) = (sequence, failure);
            for (var index = smallest.Operations.Length - 1; index >= 0; index--)
            {
                var smaller = smallest with { Operations = smallest.Operations.RemoveAt(index) };
                try
                {
                    await CompareAsync(smaller);
                }
                catch (Exception exception)
                {
                    (smallest, last) = (smaller, exception);
                }
            }

            throw new AssertionException($"With no operation too many: {smallest}\n{last.Message}", last);
        }
    }

    private static async Task CompareAsync(StoreSequence sequence)
    {
        await using var file = new FileBackend(sequence.IsOnDisk);
        await using var oracle = new EntityFrameworkBackend();
        for (var index = 0; index < sequence.Operations.Length; index++)
        {
            await CompareAsync(file, oracle, sequence.Operations[index], $"operation {index}: {sequence.Operations[index]}");
        }

        foreach (var kind in Enum.GetValues<Kind>())
        {
            await CompareAsync(file, oracle, new StoreOperation.List(kind, null, null), $"every {kind} in the end");
        }
    }

    private static async Task CompareAsync(FileBackend file, EntityFrameworkBackend oracle, StoreOperation operation, string description)
    {
        if (operation is StoreOperation.Race race)
        {
            // Whichever came first here comes first there; that nothing else came of it is what is compared.
            var outcome = await file.RaceAsync(race, order: null);
            ImmutableArray<int> order = [.. Enumerable.Range(0, outcome.Length).OrderBy(position => RankOf(outcome[position]))];
            Check(description, string.Join(", ", await oracle.RaceAsync(race, order)), string.Join(", ", outcome));
            operation = new StoreOperation.FindById(race.Kind, race.Number);
        }

        Check(description, await oracle.RunAsync(operation), await file.RunAsync(operation));
    }

    private static void Check(string description, string expected, string actual)
    {
        if (actual != expected)
        {
            throw new AssertionException($"{description}\nOracle: {expected}\nFiles:  {actual}");
        }
    }

    /// <summary>An update that would give two entries one key was refused before another one won, an addition after it.</summary>
    private static int RankOf(string outcome) => outcome switch
    {
        "created" => 0,
        "duplicate" => 1,
        "updated" or "deleted" => 2,
        _ => 3,
    };
}
