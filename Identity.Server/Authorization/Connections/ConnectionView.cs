using Identity.Server.Authorization.Consents;
using Identity.Server.Tokens.Connections;

namespace Identity.Server.Authorization.Connections;

/// <summary>A connection as its user sees it.</summary>
/// <param name="Record">What is known of it.</param>
/// <param name="End">Whether, when and why it ended; null: it can go on.</param>
internal sealed record ConnectionView(ConnectionRecord Record, (ConnectionEnding Ending, DateTimeOffset At)? End)
{
    /// <summary>What the client called itself; a claim, nothing more. Null: nothing.</summary>
    public string? ClientName => ConsentQuestions.Shorten(Record.ClientName);

    /// <summary>Where the client received its answer; null for a device, and where nobody knows any more.</summary>
    public string? Host => Record.RedirectUri is { } address ? new ClientAddress(new Uri(address)).Display : null;

    /// <summary>Whether its user has stopped it.</summary>
    public bool IsPaused => Record.IsPaused && End is null;

    /// <summary>What happened, the latest first.</summary>
    public IReadOnlyList<ConnectionHappening> Happenings =>
    [
        .. Happened().OrderByDescending(happening => happening.At),
    ];

    // In the order in which they happen where they do so within the same moment.
    private IEnumerable<ConnectionHappening> Happened()
    {
        if (End is { } end)
        {
            var unused = end.Ending is ConnectionEnding.Unused ? Record.UsableUntil - Record.LastUsedAt : null;
            yield return new($"Ended.{end.Ending}", end.At, unused is { } time ? $"{Math.Max(1, Math.Round(time.TotalHours))}" : null);
        }

        foreach (var happened in (Record.Events ?? []).Reverse())
        {
            yield return new(happened.IsPause ? "Happened.Paused" : "Happened.Resumed", happened.At, null);
        }

        if (Record.LastUsedAt is { } used && used > Record.FirstUsedAt)
        {
            yield return new("Happened.Refreshed", used, Record.LastUsedFrom);
        }

        if (Record.FirstUsedAt is { } first)
        {
            yield return new("Happened.Connected", first, Record.FirstUsedFrom);
        }
    }
}

/// <summary>Something that happened to a connection.</summary>
/// <param name="Key">Its words in <c>Texts.resx</c>.</param>
/// <param name="At">When.</param>
/// <param name="Detail">From where, or how long; what the words have a place for.</param>
internal sealed record ConnectionHappening(string Key, DateTimeOffset At, string? Detail);
