using System.Text.RegularExpressions;

namespace Identity.Server.Hosting;

/// <summary>
/// Masks what looks like a secret that a server made: codes, tokens, client secrets, cookies. They are long runs of random
/// characters, and nothing else that is worth reading in a log is.
/// </summary>
internal static partial class SecretMask
{
    private const int Shown = 4;

    /// <summary>Masks each secret but for its beginning, by which two entries of a log can still be seen to be about the same one.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text without secrets.</returns>
    public static string Apply(string text)
        => LongRun().Replace(text, run => IsRandom(run.ValueSpan) ? $"{run.ValueSpan[..Shown]}[masked]" : run.Value);

    /// <summary>Tells random characters from names: those of code are words, those of files and requests have no capitals.</summary>
    private static bool IsRandom(ReadOnlySpan<char> run)
    {
        var (capitals, others) = (0, 0);
        foreach (var character in run)
        {
            capitals += char.IsAsciiLetterUpper(character) ? 1 : 0;
            others += char.IsAsciiLetter(character) ? 0 : 1;
        }

        return capitals > 0 && (others > 0 || capitals * 3 > run.Length);
    }

    [GeneratedRegex("[A-Za-z0-9_+-]{32,}", RegexOptions.CultureInvariant)]
    private static partial Regex LongRun();
}
