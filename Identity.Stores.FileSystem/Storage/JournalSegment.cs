using System.Globalization;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>The names of the journal's segments: <c>journal-7.jsonl</c>.</summary>
internal static class JournalSegment
{
    /// <summary>
    /// What a segment is filled up with before lines are written to it. To flush a line is then to flush its bytes alone,
    /// and a file that is shorter than it was filled up to has lost something: a crash does not shorten it.
    /// </summary>
    public const byte Filler = (byte)' ';

    private const string Prefix = "journal-";
    private const string Ending = ".jsonl";

    public static string FileName(long number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}{Ending}");

    public static bool TryParse(string fileName, out long number)
    {
        number = 0;
        return fileName.StartsWith(Prefix, StringComparison.Ordinal) && fileName.EndsWith(Ending, StringComparison.Ordinal) &&
            long.TryParse(fileName.AsSpan(Prefix.Length..^Ending.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number) &&
            FileName(number) == fileName;
    }
}
