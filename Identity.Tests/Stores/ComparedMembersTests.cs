using System.Collections.Immutable;
using System.Reflection;
using CsCheck;
using Identity.Tests.Storage;
using OpenIddict.Abstractions;

namespace Identity.Tests.Stores;

/// <summary>The random operations of <see cref="StoreEquivalenceTests"/> leave out no member of the stores.</summary>
[TestFixture]
internal sealed class ComparedMembersTests
{
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
