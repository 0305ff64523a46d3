using System.Globalization;
using System.Text.RegularExpressions;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>When a process is killed: from outside, or by itself at a call to the file system that chance alone would seldom hit.</summary>
/// <param name="Kind">Where.</param>
/// <param name="Count">How many lines the process has written by then, or calls it has made there.</param>
internal sealed partial record KillMoment(KillKind Kind, int Count)
{
    private int _calls = -1;

    /// <summary>Set when the start is over.</summary>
    public bool IsOpen { get; set; }

    /// <summary>All kinds in turn, so that each has its share; a snapshot is over before some of the calls that are chosen for it.</summary>
    public static KillMoment Choose(int life, Chance chance) => (life % 6) switch
    {
        0 => new(KillKind.OutsideAtAStart, chance.Below(2)),
        1 => new(KillKind.AtACallOfAStart, chance.Below(60)),
        2 or 4 => new(KillKind.AtACallOfASnapshot, chance.Below(40)),
        3 => new(KillKind.InTheMiddleOfALine, chance.Below(60)),
        _ => new(KillKind.Outside, chance.Below(600)),
    };

    public static KillMoment Parse(string text) => text.Split(':') is [var kind, var count]
        ? new(Enum.Parse<KillKind>(kind), int.Parse(count, CultureInfo.InvariantCulture))
        : throw new FormatException(text);

    public string Format() => string.Create(CultureInfo.InvariantCulture, $"{Kind}:{Count}");

    public Fault Decide(FileCall call)
    {
        var isThere = Kind switch
        {
            KillKind.AtACallOfAStart => !IsOpen,
            KillKind.AtACallOfASnapshot => IsOpen && (_calls >= 0 || HalfWrittenCollection().IsMatch(call.Path)),
            KillKind.InTheMiddleOfALine => IsOpen && call.IsOfLines && JournalSegment.TryParse(Path.GetFileName(call.Path), out _),
            _ => false,
        };
        return isThere && Interlocked.Increment(ref _calls) == Count ? Fault.Kill : Fault.None;
    }

    [GeneratedRegex(@"/(live|redeemed|left|right)\.json\.tmp$")]
    private static partial Regex HalfWrittenCollection();
}

internal enum KillKind
{
    Outside,
    OutsideAtAStart,
    AtACallOfAStart,
    AtACallOfASnapshot,
    InTheMiddleOfALine,
}
