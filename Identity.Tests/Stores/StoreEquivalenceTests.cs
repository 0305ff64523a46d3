using System.Collections.Immutable;
using System.Reflection;
using CsCheck;
using Identity.Tests.Storage;
using OpenIddict.Abstractions;

namespace Identity.Tests.Stores;

/// <summary>The same random operations on the file stores and on OpenIddict's Entity Framework Core stores: the same answers.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class StoreEquivalenceTests
{
    [Test]
    public Task Every_answer_is_the_one_that_the_Entity_Framework_Core_stores_give()
        => StoreSequence.Any.SampleAsync(CompareOrReduceAsync, writeLine: TestContext.Out.WriteLine, iter: Sequences, threads: 3);

    [Test]
    public async Task Every_member_of_the_four_interfaces_is_compared()
    {
        // A member that does nothing and answers with nothing is noticed, whichever it is.
        var unnoticed = Members().ToHashSet();
        var random = new PCG(0, Chance.ChooseSeed());
        for (var number = 0; number < 2_000 && unnoticed.Count > 0; number++)
        {
            var operations = StoreSequence.Any.Generate(random, null, out _).Operations.RemoveAll(operation => operation is StoreOperation.Race);
            HashSet<MethodInfo> called = [];
            var answers = await AnswersAsync(operations, method => !called.Add(method) && false).ToListAsync();
            await using var oracle = new EntityFrameworkBackend();
            Assert.That(answers, Is.EqualTo(await AnswersAsync(operations, oracle).ToListAsync()));
            foreach (var member in unnoticed.Intersect(called).ToList())
            {
                // The first answer that is another one says it.
                if (!await AnswersAsync(operations, method => method == member).SequenceEqualAsync(answers.ToAsyncEnumerable()))
                {
                    unnoticed.Remove(member);
                }
            }
        }

        Assert.That(unnoticed.Select(member => $"{member.DeclaringType!.Name}.{member.Name}"), Is.Empty);
    }

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

    private static IEnumerable<MethodInfo> Members() => new[]
    {
        typeof(IOpenIddictApplicationStore<Identity.Stores.FileSystem.Models.Application>),
        typeof(IOpenIddictAuthorizationStore<Identity.Stores.FileSystem.Models.Authorization>),
        typeof(IOpenIddictScopeStore<Identity.Stores.FileSystem.Models.Scope>),
        typeof(IOpenIddictTokenStore<Identity.Stores.FileSystem.Models.Token>),
    }.SelectMany(type => type.GetMethods());

    private static async IAsyncEnumerable<string> AnswersAsync(ImmutableArray<StoreOperation> operations, Func<MethodInfo, bool> isSilent)
    {
        await using var file = new FileBackend(onDisk: false, isSilent);
        await foreach (var answer in AnswersAsync(operations, file))
        {
            yield return answer;
        }
    }

    private static async IAsyncEnumerable<string> AnswersAsync(ImmutableArray<StoreOperation> operations, IStoreBackend backend)
    {
        var isBroken = false;
        foreach (var operation in operations.TakeWhile(_ => !isBroken))
        {
            string answer;
            try
            {
                answer = await backend.RunAsync(operation);
            }
            catch (Exception exception) when (exception is NullReferenceException or InvalidOperationException)
            {
                // What a silent member should have answered was needed for the next call.
                (answer, isBroken) = (exception.GetType().Name, true);
            }

            yield return answer;
        }
    }
}
