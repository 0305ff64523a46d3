using System.Buffers;
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

    /// <summary>
    /// What each chunk of the filling ends in, and nothing else has: lines are JSON, which writes a tab otherwise. A line that
    /// reaches into the next chunk writes over it, and a file always ends in filling: one without a mark was cut short.
    /// </summary>
    public const byte Mark = (byte)'\t';

    // Zeros are what a file system may show where a file grew and the power failed before the filling was flushed.
    private static readonly SearchValues<byte> Filling = SearchValues.Create(" \t\0"u8);

    private const string Prefix = "journal-";
    private const string Ending = ".jsonl";

    public static string FileName(long number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}{Ending}");

    /// <summary>Whether there is nothing in it but what a segment is filled up with.</summary>
    public static bool IsFilling(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(Filling);

    /// <summary>The bytes without the filling behind them.</summary>
    public static ReadOnlySpan<byte> TrimFilling(ReadOnlySpan<byte> bytes) => bytes[..(bytes.LastIndexOfAnyExcept(Filling) + 1)];

    public static bool TryParse(string fileName, out long number)
    {
        number = 0;
        return fileName.StartsWith(Prefix, StringComparison.Ordinal) && fileName.EndsWith(Ending, StringComparison.Ordinal) &&
            long.TryParse(fileName.AsSpan(Prefix.Length..^Ending.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number) &&
            FileName(number) == fileName;
    }
}
