using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Identity.Tests.Infrastructure;

/// <summary>What a browser shows after it followed the redirects that stay on the server.</summary>
/// <param name="Address">Where the page came from.</param>
/// <param name="LeftFor">Where the last redirect points when it leaves the server; such a redirect is not followed.</param>
internal sealed partial record BrowserPage(
    Uri Address,
    HttpStatusCode Status,
    HttpResponseHeaders Headers,
    string? ContentType,
    string Html,
    Uri? LeftFor)
{
    /// <summary>The text that a person reads: markup removed, entities decoded, white space collapsed.</summary>
    public string Text => WhiteSpace().Replace(WebUtility.HtmlDecode(Markup().Replace(Html, " ")), " ").Trim();

    /// <summary>The forms of the page, in order, each with the values it would send.</summary>
    public IReadOnlyList<BrowserForm> Forms =>
    [
        .. Form().Matches(Html).Select(match => new BrowserForm(
            Method: Attribute(match.Groups["attributes"].Value, "method") ?? "get",
            Action: new Uri(Address, Attribute(match.Groups["attributes"].Value, "action") ?? string.Empty),
            Fields: [.. Input().Matches(match.Groups["content"].Value).Select(input => new BrowserField(
                Attribute(input.Value, "name"),
                Attribute(input.Value, "type") ?? "text",
                Attribute(input.Value, "value") ?? string.Empty,
                Checked().IsMatch(input.Value)))])),
    ];

    /// <summary>The addresses that the page links to.</summary>
    public IReadOnlyList<string> Links =>
        [.. Link().Matches(Html).Select(match => Attribute(match.Value, "href")).OfType<string>()];

    private static string? Attribute(string tag, string name)
    {
        var match = Regex.Match(tag, $"\\s{name}\\s*=\\s*\"(?<value>[^\"]*)\"", RegexOptions.IgnoreCase);
        return match.Success ? WebUtility.HtmlDecode(match.Groups["value"].Value) : null;
    }

    [GeneratedRegex("<form(?<attributes>[^>]*)>(?<content>.*?)</form>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Form();

    [GeneratedRegex("<(input|button|select)\\s[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex Input();

    [GeneratedRegex("\\schecked[\\s=>/]", RegexOptions.IgnoreCase)]
    private static partial Regex Checked();

    [GeneratedRegex("<a\\s[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    [GeneratedRegex("<(head|style).*?</\\1>|<[^>]*>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Markup();

    [GeneratedRegex("\\s+")]
    private static partial Regex WhiteSpace();
}

internal sealed record BrowserForm(string Method, Uri Action, IReadOnlyList<BrowserField> Fields)
{
    public bool Has(string name) => Fields.Any(field => field.Name == name);
}

internal sealed record BrowserField(string? Name, string Type, string Value, bool IsChecked);
