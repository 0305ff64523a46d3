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
    /// <summary>Adds an entry whose members all follow from the seed.</summary>
    public sealed record Create(Kind Kind, int Number, int Seed) : StoreOperation;

    /// <summary>Reads an entry and keeps it at hand, for an update or a deletion that may come too late.</summary>
    public sealed record Hold(Kind Kind, int Number) : StoreOperation;

    public sealed record UpdateHeld(Kind Kind, int Number, int Seed) : StoreOperation;

    public sealed record DeleteHeld(Kind Kind, int Number) : StoreOperation;

    public sealed record FindById(Kind Kind, int Number) : StoreOperation;

    /// <summary>Every look-up by another key, with the values that the seed stands for.</summary>
    public sealed record FindByKeys(Kind Kind, int Seed) : StoreOperation;

    public sealed record List(Kind Kind, int? Count, int? Offset) : StoreOperation;

    public sealed record Query(Kind Kind) : StoreOperation;

    public sealed record CountAll(Kind Kind) : StoreOperation;

    /// <summary>Revocation by the filters whose bits are set; none revokes everything.</summary>
    public sealed record Revoke(Kind Kind, int Seed, int Filters) : StoreOperation;

    public sealed record RevokeByKey(Kind Kind, int Seed, int Key) : StoreOperation;

    public sealed record Prune(Kind Kind, int Days) : StoreOperation;

    public sealed record Restart : StoreOperation;

    public sealed record Snapshot : StoreOperation;
}

/// <summary>The small world that operations choose from, so that they meet.</summary>
internal static class StoreValues
{
    public const int Entries = 6;

    public static readonly ImmutableArray<string> TokenTypes =
    [
        "urn:ietf:params:oauth:token-type:refresh_token",
        "urn:ietf:params:oauth:token-type:access_token",
        "urn:openiddict:params:oauth:token-type:authorization_code",
        "unheard-of",
    ];

    public static readonly ImmutableArray<string?> Statuses = ["valid", "revoked", "redeemed", "inactive", null, "valid"];

    public static readonly ImmutableArray<string> AuthorizationTypes = ["ad-hoc", "permanent"];

    public static string Id(Kind kind, int number) => $"{kind.ToString()[..2]}-{number}";

    public static string Subject(int seed) => $"user-{Pick(seed, 1, 3)}";

    public static string Uri(int seed) => $"https://client.example/{Pick(seed, 2, 3)}";

    public static string ClientId(int number) => $"client-{number}";

    public static int Pick(int seed, int salt, int count) => (int)((((uint)seed * 2_654_435_761) + ((uint)salt * 40_503) >> 7) % (uint)count);

    /// <summary>Days before and after the present, whole ones, so that no clock that ticks during a test matters.</summary>
    public static DateTimeOffset? Date(DateTimeOffset now, int seed, int salt, params int?[] days)
        => days[Pick(seed, salt, days.Length)] is { } day ? now.AddDays(day) : null;
}
