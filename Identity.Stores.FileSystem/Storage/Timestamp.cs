using System.Globalization;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Times as the files carry them: UTC, to the second (RFC 3339).</summary>
internal static class Timestamp
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>A time as part of a file's name.</summary>
    public static string FormatName(DateTimeOffset time) => Format(time).Replace(":", "", StringComparison.Ordinal);

    public static bool TryParse(string? text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
