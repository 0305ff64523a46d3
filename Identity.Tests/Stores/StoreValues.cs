using System.Collections.Immutable;

namespace Identity.Tests.Stores;

/// <summary>The small world that operations choose from, so that they meet.</summary>
internal static class StoreValues
{
    public const int Entries = 6;
    public const string RefreshToken = "urn:ietf:params:oauth:token-type:refresh_token";

    public static readonly ImmutableArray<string?> TokenTypes =
    [
        RefreshToken,
        "urn:ietf:params:oauth:token-type:access_token",
        "urn:openiddict:params:oauth:token-type:authorization_code",
        RefreshToken,
        "unheard-of",
        null,
    ];

    public static readonly ImmutableArray<string?> Statuses = ["valid", "revoked", "redeemed", "inactive", null, "valid"];

    public static readonly ImmutableArray<string?> AuthorizationTypes = ["ad-hoc", "permanent", null];

    public static string Id(Kind kind, int number) => number switch
    {
        >= 0 => $"{kind.ToString()[..2]}-{number}",
        -1 => string.Empty,
        _ => null!,
    };

    public static string? Subject(int seed) => Pick(seed, 100, 8) is 0 ? null : $"user-{Pick(seed, 1, 3)}";

    public static string Uri(int seed) => $"https://client.example/{Pick(seed, 2, 3)}";

    /// <summary>A key that only one entry may have: now and then none, or another entry's.</summary>
    public static string? ClientId(int number, int seed) => Key("client", number, seed, 5);

    public static string? ScopeName(int number, int seed) => Key("scope", number, seed, 6);

    public static string? ReferenceId(int number, int seed) => Key("reference", number, seed, 15);

    public static int Pick(int seed, int salt, int count) => (int)((((uint)seed * 2_654_435_761) + ((uint)salt * 40_503) >> 7) % (uint)count);

    /// <summary>Days before and after the present, whole ones, so that no clock that ticks during a test matters.</summary>
    public static DateTimeOffset? Date(DateTimeOffset now, int seed, int salt, params int?[] days)
        => days[Pick(seed, salt, days.Length)] is { } day ? now.AddDays(day) : null;

    private static string? Key(string prefix, int number, int seed, int salt) => Pick(seed, salt, 12) switch
    {
        0 => null,
        1 => $"{prefix}-{Pick(seed, salt + 100, Entries)}",
        _ => $"{prefix}-{number}",
    };
}
