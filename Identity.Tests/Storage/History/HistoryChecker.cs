namespace Identity.Tests.Storage.History;

/// <summary>
/// Looks in a history for anything that clients were told and that was not, or did not remain, so. Since a unit reads what it
/// replaces, the values that a register really had are found from the last one back; the rest follows from those.
/// </summary>
internal sealed class HistoryChecker
{
    private readonly Dictionary<int, HistoryUnit> _units;
    private readonly Dictionary<string, List<int>> _chains = [];
    private readonly Dictionary<(string Register, int Value), int> _positions = [];
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<string> _violations = [];

    private HistoryChecker(IEnumerable<HistoryUnit> units) => _units = units.ToDictionary(unit => unit.Id);

    /// <param name="units">All units of work.</param>
    /// <param name="last">What each register held at the end, after a start.</param>
    /// <returns>What is wrong; empty where nothing is.</returns>
    public static IReadOnlyList<string> Check(IEnumerable<HistoryUnit> units, IReadOnlyDictionary<string, int> last)
    {
        var checker = new HistoryChecker(units);
        foreach (var (register, value) in last)
        {
            checker.FollowBack(register, value);
        }

        foreach (var unit in checker._units.Values.OrderBy(unit => unit.Told))
        {
            checker.CheckWrites(unit);
            checker.CheckReads(unit);
        }

        checker.CheckVersions();
        checker.CheckRealTime();
        checker.CheckPartialReads();
        return checker._violations;
    }

    /// <summary>The values that a register had, oldest first.</summary>
    private void FollowBack(string register, int last)
    {
        List<int> chain = [];
        HashSet<int> seen = [];
        int? value = last;
        while (value is { } writer && writer is not 0)
        {
            if (!_units.TryGetValue(writer, out var unit) || !unit.Writes.Contains(register) || !seen.Add(writer))
            {
                _violations.Add($"{register} had the value {writer}, which nobody gave it");
                break;
            }

            chain.Add(writer);
            value = unit.ReplacedIn(register);
        }

        chain.Add(0);
        chain.Reverse();
        _chains.Add(register, chain);
        _numbers.Add(register, _numbers.Count);
        for (var position = 0; position < chain.Count; position++)
        {
            _positions.Add((register, chain[position]), position);
        }
    }

    /// <summary>What was told as done is there or was overwritten; whatever was told, all of a unit is there or nothing.</summary>
    private void CheckWrites(HistoryUnit unit)
    {
        var kept = unit.Writes.Count(register => _positions.ContainsKey((register, unit.Id)));
        if (unit.Outcome is HistoryOutcome.Done && kept < unit.Writes.Count)
        {
            _violations.Add($"told as done, and lost: {unit}");
        }
        else if (kept > 0 && kept < unit.Writes.Count)
        {
            _violations.Add($"half there: {unit}");
        }
    }

    /// <summary>Whoever was told that all is well has read nothing that a fault undid or a crash took back.</summary>
    private void CheckReads(HistoryUnit unit)
    {
        if (unit.Outcome is not HistoryOutcome.Done)
        {
            return;
        }

        foreach (var read in unit.Reads)
        {
            if (!_positions.ContainsKey((read.Register, read.Value)))
            {
                _violations.Add($"told of {read}, which was taken back: {unit}");
            }
            else if (_units.TryGetValue(read.Value, out var writer) && writer.Outcome is HistoryOutcome.Failed && writer.Life == unit.Life)
            {
                _violations.Add($"told of {read}, which had failed: {unit}");
            }
        }
    }

    /// <summary>The versions of a register go up, and each value has one.</summary>
    private void CheckVersions()
    {
        Dictionary<(string Register, int Value), long> versions = [];
        foreach (var read in _units.Values.SelectMany(unit => unit.Reads))
        {
            if (!versions.TryAdd((read.Register, read.Value), read.Version) && versions[(read.Register, read.Value)] != read.Version)
            {
                _violations.Add($"{read} was read with the versions {versions[(read.Register, read.Value)]} and {read.Version}");
            }
        }

        foreach (var (register, chain) in _chains)
        {
            var known = chain.Where(value => versions.ContainsKey((register, value))).Select(value => versions[(register, value)]).ToList();
            if (!known.SequenceEqual(known.Order().Distinct()))
            {
                _violations.Add($"the versions of {register} do not go up");
            }
        }
    }

    /// <summary>What somebody was told of is seen by everybody who begins afterwards.</summary>
    private void CheckRealTime()
    {
        var told = new Queue<HistoryUnit>(_units.Values.Where(unit => unit.Outcome is HistoryOutcome.Done).OrderBy(unit => unit.Told));
        Dictionary<string, int> floor = [];
        foreach (var unit in _units.Values.Where(unit => unit.Outcome is HistoryOutcome.Done).OrderBy(unit => unit.Seen))
        {
            while (told.TryPeek(out var before) && before.Told <= unit.Seen)
            {
                foreach (var (register, position) in PositionsOf(told.Dequeue()))
                {
                    floor[register] = Math.Max(floor.GetValueOrDefault(register), position);
                }
            }

            foreach (var read in unit.Reads)
            {
                if (_positions.TryGetValue((read.Register, read.Value), out var position) && position < floor.GetValueOrDefault(read.Register))
                {
                    _violations.Add($"read {read}, though somebody had been told of a later value before: {unit}");
                }
            }
        }
    }

    private IEnumerable<(string Register, int Position)> PositionsOf(HistoryUnit unit)
    {
        foreach (var (register, value) in unit.Reads.Select(read => (read.Register, read.Value)).Concat(unit.Writes.Select(register => (register, unit.Id))))
        {
            if (_positions.TryGetValue((register, value), out var position))
            {
                yield return (register, position);
            }
        }
    }

    /// <summary>Who sees one change of a unit sees all the others, at once or when it looks next.</summary>
    private void CheckPartialReads()
    {
        var implied = FindImplied();
        foreach (var unit in _units.Values.Where(unit => unit.Outcome is HistoryOutcome.Done))
        {
            foreach (var first in unit.Reads.Where(read => implied.ContainsKey((read.Register, read.Value))))
            {
                foreach (var then in unit.Reads.Where(read => read.Moment >= first.Moment))
                {
                    if (_positions.TryGetValue((then.Register, then.Value), out var position) &&
                        position < implied[(first.Register, first.Value)][_numbers[then.Register]])
                    {
                        _violations.Add($"read {first} and {then}, so only a part of a unit: {unit}");
                    }
                }
            }
        }
    }

    /// <summary>For each value of a register, the oldest values of all registers that can be seen after it.</summary>
    private Dictionary<(string Register, int Value), int[]> FindImplied()
    {
        Dictionary<(string Register, int Value), int[]> implied = [];
        foreach (var (register, chain) in _chains)
        {
            var positions = new int[_numbers.Count];
            foreach (var value in chain)
            {
                foreach (var other in _units.TryGetValue(value, out var writer) ? writer.Writes : [])
                {
                    positions[_numbers[other]] = Math.Max(positions[_numbers[other]], _positions.GetValueOrDefault((other, value)));
                }

                implied.Add((register, value), [.. positions]);
            }
        }

        return implied;
    }
}
