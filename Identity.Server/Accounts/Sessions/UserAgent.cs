namespace Identity.Server.Accounts.Sessions;

/// <summary>
/// What a browser says of itself, in words by which its owner recognises it. Nothing else is read from it: it is only shown.
/// </summary>
internal static class UserAgent
{
    // In this order, since browsers claim to be others, too: Edge says Chrome, and Chrome says Safari.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Platforms =
    [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];

    /// <summary>Recognises browser and platform.</summary>
    /// <param name="text">The <c>User-Agent</c> header.</param>
    public static (string? Browser, string? Platform) Describe(string? text) => (Find(Browsers, text), Find(Platforms, text));

    private static string? Find((string Mark, string Name)[] known, string? text)
        => known.FirstOrDefault(entry => text?.Contains(entry.Mark, StringComparison.Ordinal) is true).Name;
}
