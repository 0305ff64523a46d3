using System.Globalization;

namespace Identity.Tests.Storage.History;

/// <summary>Takes down what clients are about to do and what they were told, in the order in which it happened.</summary>
internal sealed class HistoryLog(int life, Action<string> write)
{
    private const int UnitsOfALife = 1_000_000;
    private const string LineEnd = " .";

    private readonly Lock _lock = new();
    private int _units;
    private int _told;
    private bool _isClosed;

    /// <summary>How many units were told of.</summary>
    public int Told
    {
        get
        {
            lock (_lock)
            {
                return _told;
            }
        }
    }

    /// <summary>Whether the crash has come: nobody hears of anything any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed;
            }
        }
    }

    public int NextId() => (life * UnitsOfALife) + Interlocked.Increment(ref _units);

    /// <summary>Takes down a unit that is about to be committed.</summary>
    public void Intend(HistoryUnit unit) => Write("i", unit.Format());

    /// <summary>Takes down what its client was told.</summary>
    public void Tell(HistoryUnit unit, HistoryOutcome outcome)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _told++;
                Write("e", string.Create(CultureInfo.InvariantCulture, $"{unit.Id} {outcome}"));
            }
        }
    }

    /// <summary>Writes a line of another kind.</summary>
    public void Write(string kind, string text)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                write($"{kind} {text}{LineEnd}");
            }
        }
    }

    /// <summary>Crashes: what is done in the meantime is done between two lines, and no line follows.</summary>
    public void Close(Action crash)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                crash();
                _isClosed = true;
            }
        }
    }

    /// <summary>Splits a line into its fields, the kind first; none where a crash cut it off.</summary>
    public static string[] Split(string line) => line.EndsWith(LineEnd, StringComparison.Ordinal) ? line[..^LineEnd.Length].Split(' ') : [];
}
