namespace Identity.Server.Pages;

/// <summary>The file that is configured as logo.</summary>
internal static class BrandLogo
{
    private const int MaximumSize = 256 * 1024;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G'];

    /// <summary>Says why a file cannot be used.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What is allowed; null where it can.</returns>
    public static string? FindProblem(string path)
    {
        try
        {
            return FindType(path) is null ? "a file that ends in .svg or .png"
                : new FileInfo(path) is not { Exists: true, Length: <= MaximumSize } ? "a file that is there, of 256 KiB at most"
                : IsWhatItSays(path, File.ReadAllBytes(path)) ? null : "a file that holds what its name says, SVG or PNG";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "a file that the server may read";
        }
    }

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file, in which no problem was found.</param>
    public static Asset Read(string path) => new($"logo{Path.GetExtension(path).ToLowerInvariant()}", FindType(path)!, File.ReadAllBytes(path));

    private static string? FindType(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        _ => null,
    };

    private static bool IsWhatItSays(string path, ReadOnlySpan<byte> content)
        => FindType(path) is "image/png" ? content.StartsWith(PngSignature) : content.IndexOf("<svg"u8) >= 0;
}
