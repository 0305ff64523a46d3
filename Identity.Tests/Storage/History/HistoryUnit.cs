using System.Globalization;

namespace Identity.Tests.Storage.History;

/// <summary>A unit of work as its client saw it.</summary>
/// <param name="Id">Its number, which is also what it writes.</param>
/// <param name="Seen">How many units of work had been told of when it began.</param>
/// <param name="Reads">What it read, in order; a register that it writes it has read before.</param>
/// <param name="Writes">The registers that it changed.</param>
internal sealed record HistoryUnit(int Id, int Seen, IReadOnlyList<HistoryRead> Reads, IReadOnlyList<string> Writes)
{
    /// <summary>The process, or the life of one, in which it ran.</summary>
    public int Life { get; init; }

    /// <summary>What its client was told; nothing, if a crash came first.</summary>
    public HistoryOutcome Outcome { get; init; }

    /// <summary>The how-manieth it was to be told of, from 1.</summary>
    public int Told { get; init; } = int.MaxValue;

    /// <summary>What it read of a register before it changed it.</summary>
    public int? ReplacedIn(string register) => Reads.LastOrDefault(read => read.Register == register)?.Value;

    /// <summary>A line, without numbers that only the reader of the lines knows.</summary>
    public string Format() => string.Create(
        CultureInfo.InvariantCulture, $"{Id} {Seen} {string.Join(',', Reads.Select(read => read.Format()))} {string.Join(',', Writes)}");

    public static HistoryUnit Parse(ReadOnlySpan<string> fields) => new(
        int.Parse(fields[0], CultureInfo.InvariantCulture),
        int.Parse(fields[1], CultureInfo.InvariantCulture),
        [.. fields[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(HistoryRead.Parse)],
        fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries));

    public override string ToString() => $"unit {Id} of life {Life} ({Outcome}; began after {Seen}; read {string.Join(", ", Reads)}; wrote {string.Join(", ", Writes)})";
}

/// <summary>A register as it was read.</summary>
/// <param name="Register">Its name.</param>
/// <param name="Value">Who wrote it; 0 for what was there from the start.</param>
/// <param name="Version">The version of the entity.</param>
/// <param name="Moment">Reads of one unit with the same number were made at once.</param>
internal sealed record HistoryRead(string Register, int Value, long Version, int Moment)
{
    public string Format() => string.Create(CultureInfo.InvariantCulture, $"{Register}:{Value}:{Version}:{Moment}");

    public static HistoryRead Parse(string text)
    {
        var fields = text.Split(':');
        return new(
            fields[0],
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            long.Parse(fields[2], CultureInfo.InvariantCulture),
            int.Parse(fields[3], CultureInfo.InvariantCulture));
    }

    public override string ToString() => $"{Register}={Value}";
}

internal enum HistoryOutcome
{
    /// <summary>Nobody was told; it may have happened or not.</summary>
    Unknown,

    /// <summary>It happened, and what it read is so.</summary>
    Done,

    /// <summary>It could not be kept: it did not happen, unless a crash came and brought it back.</summary>
    Failed,
}
