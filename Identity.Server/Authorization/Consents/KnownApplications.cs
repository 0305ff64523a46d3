using System.Collections.Immutable;

namespace Identity.Server.Authorization.Consents;

/// <summary>
/// The applications that most people connect, known by what nobody else can have: the address of their description and the address
/// to which the answer goes. Never by a name, and never where any program on a machine could receive the answer.
/// </summary>
internal static class KnownApplications
{
    private static readonly Known[] All =
    [
        new("ChatGPT", "https://chatgpt.com/oauth/client.json", uri => uri == "https://chatgpt.com/connector_platform_oauth_redirect" || IsConnector(uri)),
        new("Claude", "https://claude.ai/oauth/mcp-oauth-client-metadata",
            uri => uri is "https://claude.ai/api/mcp/auth_callback" or "https://claude.com/api/mcp/auth_callback"),
        new("Visual Studio Code", "https://vscode.dev/oauth/client-metadata.json",
            uri => uri is "https://vscode.dev/redirect" or "https://insiders.vscode.dev/redirect"),
    ];

    // It has no description at an address of its own and registers itself, always with these.
    private static readonly ImmutableHashSet<string> CursorAddresses =
    [
        CursorOnTheWeb, "http://localhost:8787/callback", "http://localhost/callback", "cursor://anysphere.cursor-mcp/oauth/callback",
    ];

    private const string CursorOnTheWeb = "https://www.cursor.com/agents/mcp/oauth/callback";

    /// <summary>Finds the name under which people know an application.</summary>
    /// <param name="clientId">Its identifier.</param>
    /// <param name="redirectUri">Where the answer goes.</param>
    /// <param name="registered">All addresses with which it is registered.</param>
    /// <returns>The name; null where it is none of them, or may be another.</returns>
    public static string? Find(string clientId, string redirectUri, ImmutableArray<string> registered)
        => Array.Find(All, known => known.ClientId == clientId && known.Owns(redirectUri))?.Name
            ?? (redirectUri is CursorOnTheWeb && registered.All(CursorAddresses.Contains) ? "Cursor" : null);

    private static bool IsConnector(string uri)
    {
        const string prefix = "https://chatgpt.com/connector/oauth/";
        return uri.StartsWith(prefix, StringComparison.Ordinal) && uri.Length > prefix.Length
            && uri.Skip(prefix.Length).All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
    }

    private sealed record Known(string Name, string ClientId, Func<string, bool> Owns);
}
