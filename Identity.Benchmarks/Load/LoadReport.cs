using System.Globalization;
using System.Text;
using Identity.Benchmarks.Yardsticks;

namespace Identity.Benchmarks.Load;

/// <summary>What a server is asked for.</summary>
internal enum Work
{
    Refresh,
    Registration,
}

/// <summary>One line of the table.</summary>
internal sealed record Line(Work Work, int Clients, Candidate Candidate);

/// <summary>
/// Collects the measurements and writes them as one Markdown table. Ratios are medians of the ratios of each round, since what disturbs
/// a round disturbs all its servers.
/// </summary>
internal sealed class LoadReport(LoadOptions options)
{
    private readonly Dictionary<Line, List<Measurement>> _lines = [];
    private readonly Dictionary<Candidate, List<double>> _starts = [];
    private readonly Dictionary<Candidate, long> _memory = [];

    public void Add(Line line, Measurement measurement) => ListOf(_lines, line).Add(measurement);

    public void AddStart(Candidate candidate, TimeSpan duration) => ListOf(_starts, candidate).Add(duration.TotalMilliseconds);

    public void AddMemory(Candidate candidate, long bytes) => _memory[candidate] = bytes;

    public string Write()
    {
        var text = new StringBuilder();
        text.AppendLine("| work | clients | tokens | server | per s | ÷ memory | ÷ sqlite | p50 ms | p99 ms | ÷ sqlite | CPU ms | ÷ memory | written kB |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (line, all) in _lines.OrderBy(item => item.Key.Work).ThenBy(item => item.Key.Candidate.Tokens).ThenBy(item => item.Key.Clients))
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {line.Work} | {line.Clients} | {line.Candidate.Tokens} | {line.Candidate.Name} | {Median(all, value => value.PerSecond):F0} | " +
                $"{Ratio(line, YardstickCommand.Memory, value => value.PerSecond)} | {Ratio(line, YardstickCommand.Sqlite, value => value.PerSecond)} | " +
                $"{Median(all, value => value.P50):F2} | {Median(all, value => value.P99):F2} | {Ratio(line, YardstickCommand.Sqlite, value => value.P99)} | " +
                $"{Median(all, value => value.Cpu):F3} | {Ratio(line, YardstickCommand.Memory, value => value.Cpu)} | {Median(all, value => value.Written) / 1_024:F1} |");
        }

        text.AppendLine();
        text.AppendLine("| server | tokens | first discovery answer ms | ÷ memory | ÷ sqlite | memory MB at the end |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var candidate in _starts.Keys.Concat(_memory.Keys).Distinct())
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {candidate.Name} | {candidate.Tokens} | {(_starts.TryGetValue(candidate, out var starts) ? Text(Median(starts), "F0") : "")} | " +
                $"{StartRatio(candidate, YardstickCommand.Memory)} | {StartRatio(candidate, YardstickCommand.Sqlite)} | " +
                $"{(_memory.TryGetValue(candidate, out var bytes) ? Text(bytes / 1_048_576d, "F0") : "")} |");
        }

        if (options.Tokens is [var few, .., var many])
        {
            text.AppendLine();
            foreach (var line in _lines.Keys.Where(line => line.Work is Work.Refresh && line.Candidate.Tokens == many))
            {
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"- {line.Candidate.Name}, {line.Clients} clients: grants/s with {many} ÷ with {few} tokens: {Ratio(line, line with { Candidate = line.Candidate with { Tokens = few } }, value => value.PerSecond)}");
            }
        }

        return text.ToString();
    }

    private string Ratio(Line line, string server, Func<Measurement, double> value)
        => line.Candidate.Name == server ? "" : Ratio(line, line with { Candidate = new(server, null, line.Candidate.Tokens) }, value);

    private string Ratio(Line line, Line other, Func<Measurement, double> value)
        => _lines.TryGetValue(other, out var others) ? Text(Median([.. _lines[line].Zip(others, (left, right) => value(left) / value(right))]), "F2") : "";

    private string StartRatio(Candidate candidate, string server)
        => candidate.Name != server && _starts.TryGetValue(candidate, out var starts) && _starts.TryGetValue(new(server, null, candidate.Tokens), out var others)
            ? Text(Median([.. starts.Zip(others, (left, right) => left / right)]), "F2")
            : "";

    private static double Median(List<Measurement> all, Func<Measurement, double> value) => Median([.. all.Select(value)]);

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static List<TValue> ListOf<TKey, TValue>(Dictionary<TKey, List<TValue>> dictionary, TKey key)
        where TKey : notnull
    {
        if (!dictionary.TryGetValue(key, out var list))
        {
            dictionary.Add(key, list = []);
        }

        return list;
    }
}
