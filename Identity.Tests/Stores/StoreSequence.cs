using System.Collections.Immutable;
using CsCheck;

namespace Identity.Tests.Stores;

/// <summary>Operations in a row, and whether the file stores keep real files meanwhile.</summary>
internal sealed record StoreSequence(bool IsOnDisk, ImmutableArray<StoreOperation> Operations)
{
    private static readonly Gen<Kind> Kinds = Gen.Enum<Kind>();
    private static readonly Gen<Kind> Grants = Gen.Bool.Select(token => token ? Kind.Token : Kind.Authorization);
    private static readonly Gen<int> Numbers = Gen.Int[0, StoreValues.Entries - 1];
    private static readonly Gen<int> Copies = Gen.Int[0, 1];
    private static readonly Gen<int> Nths = Gen.Int[0, 20];
    private static readonly Gen<int> Seeds = Gen.Int[0, 10_000];
    private static readonly Gen<StoreOperation.Write> Writes = Gen.Select(Gen.Int[0, 3], Seeds, (delete, seed) => new StoreOperation.Write(delete is 3, seed));

    private static readonly Gen<StoreOperation> AnyOperation = Gen.Frequency<StoreOperation>(
        (10, Gen.Select(Kinds, Numbers, Seeds, (kind, number, seed) => (StoreOperation)new StoreOperation.Create(kind, number, seed))),
        (14, Gen.Select(Grants, Numbers, Seeds, (kind, number, seed) => (StoreOperation)new StoreOperation.Create(kind, number, seed))),
        (14, Gen.Select(Kinds, Numbers, Copies, (kind, number, copy) => (StoreOperation)new StoreOperation.Hold(kind, number, copy))),
        (14, Gen.Select(Nths, Seeds, (nth, seed) => (StoreOperation)new StoreOperation.UpdateHeld(nth, seed))),
        (4, Nths.Select(nth => (StoreOperation)new StoreOperation.DeleteHeld(nth))),
        (10, Gen.Select(Kinds, Numbers, Seeds, (kind, number, seed) => (StoreOperation)new StoreOperation.Change(kind, number, seed))),
        (4, Gen.Select(Kinds, Numbers, Writes.Array[2, 3], (kind, number, writes) => (StoreOperation)new StoreOperation.Race(kind, number, [.. writes]))),
        (5, Gen.Select(Kinds, Gen.Int[-2, StoreValues.Entries - 1], (kind, number) => (StoreOperation)new StoreOperation.FindById(kind, number))),
        (9, Gen.Select(Kinds, Seeds, (kind, seed) => (StoreOperation)new StoreOperation.FindByKeys(kind, seed))),
        (4, Gen.Select(Kinds, Gen.Int[0, 4].Nullable(), Gen.Int[0, 4].Nullable(), (kind, count, offset) => (StoreOperation)new StoreOperation.List(kind, count, offset))),
        (1, Gen.Select(Kinds, Gen.Int[0, 2], (kind, member) => (StoreOperation)new StoreOperation.Query(kind, member))),
        (2, Kinds.Select(kind => (StoreOperation)new StoreOperation.CountAll(kind))),
        (3, Gen.Select(Grants, Seeds, Gen.Int[0, 15], (kind, seed, filters) => (StoreOperation)new StoreOperation.Revoke(kind, seed, filters))),
        (3, Gen.Select(Grants, Seeds, Gen.Int[0, 2], (kind, seed, key) => (StoreOperation)new StoreOperation.RevokeByKey(kind, seed, key))),
        (3, Gen.Select(Grants, Gen.Int[0, 40], (kind, days) => (StoreOperation)new StoreOperation.Prune(kind, days))),
        (2, Gen.Const((StoreOperation)new StoreOperation.Restart())),
        (2, Gen.Const((StoreOperation)new StoreOperation.Snapshot())));

    /// <summary>Up to 200 operations, each length as likely as another; one sequence in twenty keeps real files.</summary>
    public static Gen<StoreSequence> Any { get; } = Gen.Select(
        Gen.Int[0, 19], AnyOperation.Array[1, 200], (share, operations) => new StoreSequence(share is 19, [.. operations]));

    public override string ToString() => $"{(IsOnDisk ? "On disk" : "In memory")}, {Operations.Length} operations:\n{string.Join("\n", Operations)}";
}
