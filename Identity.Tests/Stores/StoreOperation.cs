using System.Collections.Immutable;

namespace Identity.Tests.Stores;

/// <summary>Which of OpenIddict's four stores.</summary>
internal enum Kind
{
    Application,
    Authorization,
    Scope,
    Token,
}

/// <summary>A call to a store, in values that mean the same to every backend.</summary>
internal abstract record StoreOperation
{
    /// <summary>Adds an entry whose members all follow from the seed. Where there is one, it is tried all the same now and then.</summary>
    public sealed record Create(Kind Kind, int Number, int Seed) : StoreOperation;

    /// <summary>Reads an entry and keeps this copy at hand, for an update or a deletion that may come too late.</summary>
    public sealed record Hold(Kind Kind, int Number, int Copy) : StoreOperation;

    /// <summary>Updates one of the copies at hand, however many there are.</summary>
    public sealed record UpdateHeld(int Nth, int Seed) : StoreOperation;

    public sealed record DeleteHeld(int Nth) : StoreOperation;

    /// <summary>Reads an entry and updates it at once, in the same scope.</summary>
    public sealed record Change(Kind Kind, int Number, int Seed) : StoreOperation;

    /// <summary>
    /// Writes one entry several times at once, each time from a copy that was read before any of the writes: one of them wins.
    /// Where there is no entry, all add it.
    /// </summary>
    public sealed record Race(Kind Kind, int Number, ImmutableArray<Write> Writes) : StoreOperation
    {
        public override string ToString() => $"Race {{ Kind = {Kind}, Number = {Number}, Writes = [{string.Join(", ", Writes)}] }}";
    }

    public sealed record Write(bool Delete, int Seed);

    /// <summary>Finds by identifier; there are none with the numbers below zero, which stand for no key at all.</summary>
    public sealed record FindById(Kind Kind, int Number) : StoreOperation;

    /// <summary>Every look-up by another key, with the values that the seed stands for.</summary>
    public sealed record FindByKeys(Kind Kind, int Seed) : StoreOperation;

    public sealed record List(Kind Kind, int? Count, int? Offset) : StoreOperation;

    /// <summary>One of the three members that take a query.</summary>
    public sealed record Query(Kind Kind, int Member) : StoreOperation;

    public sealed record CountAll(Kind Kind) : StoreOperation;

    /// <summary>Revocation by the filters whose bits are set; none revokes everything.</summary>
    public sealed record Revoke(Kind Kind, int Seed, int Filters) : StoreOperation;

    public sealed record RevokeByKey(Kind Kind, int Seed, int Key) : StoreOperation;

    public sealed record Prune(Kind Kind, int Days) : StoreOperation;

    public sealed record Restart : StoreOperation;

    public sealed record Snapshot : StoreOperation;
}
