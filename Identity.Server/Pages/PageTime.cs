using System.Globalization;

namespace Identity.Server.Pages;

/// <summary>Moments as pages show them: in UTC, which a page without a script cannot turn into the reader's own time.</summary>
internal static class PageTime
{
    /// <summary>The day.</summary>
    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.CurrentUICulture);

    /// <summary>The day and the minute.</summary>
    public static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.CurrentUICulture);

    /// <summary>For the <c>datetime</c> attribute of a <c>time</c> element.</summary>
    public static string Machine(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
