using CsCheck;
using OpenIddict.Abstractions;

namespace Identity.Tests.Stores;

/// <summary>The same random operations on the file stores and on OpenIddict's Entity Framework Core stores: the same answers.</summary>
[TestFixture]
internal sealed class StoreEquivalenceTests
{
    private static readonly Gen<Kind> Kinds = Gen.Enum<Kind>();
    private static readonly Gen<Kind> Grants = Gen.Bool.Select(token => token ? Kind.Token : Kind.Authorization);
    private static readonly Gen<int> Numbers = Gen.Int[0, StoreValues.Entries - 1];
    private static readonly Gen<int> Seeds = Gen.Int[0, 10_000];

    private static readonly Gen<StoreOperation> Operations = Gen.Frequency<StoreOperation>(
        (10, Gen.Select(Kinds, Numbers, Seeds, (kind, number, seed) => (StoreOperation)new StoreOperation.Create(kind, number, seed))),
        (10, Gen.Select(Grants, Numbers, Seeds, (kind, number, seed) => (StoreOperation)new StoreOperation.Create(kind, number, seed))),
        (8, Gen.Select(Kinds, Numbers, (kind, number) => (StoreOperation)new StoreOperation.Hold(kind, number))),
        (8, Gen.Select(Kinds, Numbers, Seeds, (kind, number, seed) => (StoreOperation)new StoreOperation.UpdateHeld(kind, number, seed))),
        (3, Gen.Select(Kinds, Numbers, (kind, number) => (StoreOperation)new StoreOperation.DeleteHeld(kind, number))),
        (4, Gen.Select(Kinds, Numbers, (kind, number) => (StoreOperation)new StoreOperation.FindById(kind, number))),
        (6, Gen.Select(Kinds, Seeds, (kind, seed) => (StoreOperation)new StoreOperation.FindByKeys(kind, seed))),
        (2, Gen.Select(Kinds, Gen.Int[0, 4].Nullable(), Gen.Int[0, 4].Nullable(), (kind, count, offset) => (StoreOperation)new StoreOperation.List(kind, count, offset))),
        (1, Kinds.Select(kind => (StoreOperation)new StoreOperation.Query(kind))),
        (1, Kinds.Select(kind => (StoreOperation)new StoreOperation.CountAll(kind))),
        (2, Gen.Select(Grants, Seeds, Gen.Int[0, 15], (kind, seed, filters) => (StoreOperation)new StoreOperation.Revoke(kind, seed, filters))),
        (2, Gen.Select(Grants, Seeds, Gen.Int[0, 2], (kind, seed, key) => (StoreOperation)new StoreOperation.RevokeByKey(kind, seed, key))),
        (2, Gen.Select(Grants, Gen.Int[0, 40], (kind, days) => (StoreOperation)new StoreOperation.Prune(kind, days))),
        (1, Gen.Const((StoreOperation)new StoreOperation.Restart())),
        (1, Gen.Const((StoreOperation)new StoreOperation.Snapshot())));

    [Test]
    public void Every_answer_is_the_one_that_the_Entity_Framework_Core_stores_give()
        => Operations.Array[1, 100].Sample(
            operations => CompareAsync(operations).GetAwaiter().GetResult(),
            writeLine: TestContext.Out.WriteLine, iter: Iterations, threads: 2, print: operations => string.Join("\n", operations.AsEnumerable()));

    [Test]
    public async Task Every_member_of_the_four_interfaces_is_compared()
    {
        var members = new[]
        {
            typeof(IOpenIddictApplicationStore<Identity.Stores.FileSystem.Models.Application>),
            typeof(IOpenIddictAuthorizationStore<Identity.Stores.FileSystem.Models.Authorization>),
            typeof(IOpenIddictScopeStore<Identity.Stores.FileSystem.Models.Scope>),
            typeof(IOpenIddictTokenStore<Identity.Stores.FileSystem.Models.Token>),
        }.SelectMany(type => type.GetMethods()).ToHashSet();

        // As random as what is compared, and no longer than it takes to have called everything.
        await using var backend = new FileBackend(method => members.Remove(method));
        for (var number = 0; number < 10_000 && members.Count > 0; number++)
        {
            await backend.RunAsync(Operations.Single());
        }

        Assert.That(members.Select(method => $"{method.DeclaringType!.Name}.{method.Name}"), Is.Empty);
    }

    private static int Iterations => int.TryParse(Environment.GetEnvironmentVariable("STORE_SEQUENCES"), out var count) ? count : 100;

    private static async Task CompareAsync(StoreOperation[] operations)
    {
        await using var file = new FileBackend();
        await using var oracle = new EntityFrameworkBackend();
        for (var index = 0; index < operations.Length; index++)
        {
            var expected = await oracle.RunAsync(operations[index]);
            var actual = await file.RunAsync(operations[index]);
            Assert.That(actual, Is.EqualTo(expected), $"operation {index}: {operations[index]}");
        }
    }
}
