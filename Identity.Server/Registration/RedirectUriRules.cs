using System.Text.RegularExpressions;
using Identity.Server.Clients;

namespace Identity.Server.Registration;

/// <summary>
/// Which redirect URIs a client may register: https anywhere; http on loopback, where it does not leave the machine; private-use schemes
/// that no other kind of address has. What a browser would run or read instead of delivering it (<c>javascript:</c>, <c>file:</c>) is none of these.
/// </summary>
internal static partial class RedirectUriRules
{
    /// <summary>The most characters in a URI.</summary>
    public const int MaximumLength = 2_048;

    // Nobody may claim these for an application: browsers run, show or fetch what they name.
    private static readonly string[] TakenSchemes =
        ["http", "https", "ws", "wss", "ftp", "file", "filesystem", "javascript", "vbscript", "data", "blob", "about", "view-source", "mailto", "tel"];

    /// <summary>Whether a scheme may be listed as that of an application.</summary>
    /// <param name="scheme">The scheme, without its colon.</param>
    /// <returns>False for what is no scheme, or one that has another meaning.</returns>
    public static bool IsPrivateUseScheme(string scheme)
        => !scheme.Contains(':') && SchemePattern.IsMatch(scheme + ":") && !TakenSchemes.Contains(scheme, StringComparer.OrdinalIgnoreCase);

    /// <summary>Checks a URI.</summary>
    /// <param name="uri">What the client sent.</param>
    /// <param name="privateUseSchemes">Schemes without a period that are allowed.</param>
    /// <returns>The rule that it breaks, to follow the name of the member, or <see langword="null"/>.</returns>
    public static string? FindProblem(string? uri, IEnumerable<string> privateUseSchemes)
        => uri is null or "" ? "must be a URI, not null or empty"
        : uri.Length > MaximumLength ? $"must have at most {MaximumLength} characters"
        : !IsText(uri) ? "must contain ASCII characters only, without white space, backslashes or control characters"
        : uri.Contains('#') ? "must not have a fragment"
        : uri.Contains('*') ? "must not contain a wildcard"
        : !Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || !SchemePattern.IsMatch(uri) ? "must be an absolute URI"
        : parsed.UserInfo.Length > 0 || HasUserInfo(uri) ? "must not contain user information"
        : FindSchemeProblem(uri, parsed, privateUseSchemes);

    private static string? FindSchemeProblem(string uri, Uri parsed, IEnumerable<string> privateUseSchemes)
    {
        if (parsed.Scheme == Uri.UriSchemeHttps)
        {
            return WebPattern.IsMatch(uri) && parsed.Host.Length > 0 ? null : "must name a host";
        }

        if (parsed.Scheme == Uri.UriSchemeHttp)
        {
            return LoopbackUri.TryParse(uri, out _) ? null : "must use https; http is for localhost, 127.0.0.1 and [::1] only";
        }

        return parsed.Scheme.Contains('.') || privateUseSchemes.Contains(parsed.Scheme, StringComparer.OrdinalIgnoreCase)
            ? null
            : "must use https, http on loopback, or a private-use scheme that contains a period";
    }

    private static bool IsText(string uri) => uri.All(character => character is > ' ' and < '\x7f' and not '\\');

    // Not left to the parser alone, which knows no user information in schemes that are unknown to it.
    private static bool HasUserInfo(string uri) => AuthorityPattern.Match(uri) is { Success: true } match && match.Groups["authority"].Value.Contains('@');

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]*:", RegexOptions.CultureInvariant)]
    private static partial Regex SchemePattern { get; }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]*://(?<authority>[^/?]*)", RegexOptions.CultureInvariant)]
    private static partial Regex AuthorityPattern { get; }

    [GeneratedRegex("^https://[^/?:]", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex WebPattern { get; }
}
