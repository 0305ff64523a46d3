using System.Globalization;

namespace Identity.Tests.Storage.History;

/// <summary>Puts the lines of all lives together.</summary>
internal sealed class HistoryReader
{
    private const int BetweenLives = -1;

    private readonly Dictionary<int, HistoryUnit> _units = [];
    private int _life;
    private int _told;
    private int _toldBefore;

    public IReadOnlyCollection<HistoryUnit> Units => _units.Values;

    /// <summary>What each register held when it was last observed.</summary>
    public IReadOnlyDictionary<string, int> Last { get; private set; } = new Dictionary<string, int>();

    public string Summary => $"{_units.Count} units of work: " +
        string.Join(", ", _units.Values.GroupBy(unit => unit.Outcome).OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key}"));

    public int Count(HistoryOutcome outcome) => _units.Values.Count(unit => unit.Outcome == outcome);

    /// <summary>From here on the lines are those of another process.</summary>
    public void BeginLife(int life) => (_life, _toldBefore) = (life, _told);

    public void Read(string line)
    {
        string[] fields = HistoryLog.Split(line);
        switch (fields.FirstOrDefault())
        {
            case "i":
                var unit = HistoryUnit.Parse(fields.AsSpan(1));
                _units.Add(unit.Id, unit with { Life = _life, Seen = unit.Seen + _toldBefore });
                break;
            case "e":
                var id = int.Parse(fields[1], CultureInfo.InvariantCulture);
                _units[id] = _units[id] with { Outcome = Enum.Parse<HistoryOutcome>(fields[2]), Told = ++_told };
                break;
        }
    }

    /// <summary>Takes in what a start found: the same as a client that reads everything at once and is told so.</summary>
    public void Observe(IReadOnlyList<HistoryRead> reads)
    {
        var unit = new HistoryUnit(-_told - 1, _told, reads, []) { Life = BetweenLives, Outcome = HistoryOutcome.Done, Told = ++_told };
        _units.Add(unit.Id, unit);

        // In neither collection or in both would be half of a move. None at all: nothing was written yet.
        Assert.That(reads.Select(read => read.Register).Distinct().Count(), Is.EqualTo(reads.Count).And.EqualTo(Last.Count is 0 && reads.Count is 0 ? 0 : HistoryClient.Registers));
        Last = reads.ToDictionary(read => read.Register, read => read.Value);
    }
}
