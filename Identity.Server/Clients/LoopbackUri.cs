using System.Text.RegularExpressions;

namespace Identity.Server.Clients;

/// <summary>
/// A redirect URI on the loopback interface (RFC 8252, section 7.3), without its port: a native application takes whichever the
/// system gives it. Taken apart as text, since a parser would also understand spellings that a client has no reason to use.
/// </summary>
/// <param name="Host"><c>localhost</c>, <c>127.0.0.1</c> or <c>[::1]</c>; they are not the same.</param>
/// <param name="Rest">Path and query.</param>
internal readonly partial record struct LoopbackUri(string Host, string Rest)
{
    /// <summary>Reads a URI.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="result">Its parts.</param>
    /// <returns>Whether it is http on loopback.</returns>
    public static bool TryParse(string uri, out LoopbackUri result)
    {
        var match = Pattern.Match(uri);
        result = match.Success ? new(match.Groups["host"].Value.ToLowerInvariant(), match.Groups["rest"].Value) : default;
        return match.Success && (match.Groups["port"] is not { Success: true, ValueSpan: var port } || (int.Parse(port) is > 0 and <= ushort.MaxValue));
    }

    [GeneratedRegex(@"^http://(?<host>localhost|127\.0\.0\.1|\[::1\])(?::(?<port>[0-9]{1,5}))?(?<rest>(?:[/?].*)?)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Pattern { get; }
}
