using Identity.Server.Authorization.Consents;
using NUnit.Framework;

namespace Identity.Tests.Authorization.Consents;

internal sealed class KnownApplicationTests
{
    private static readonly string[] Cursor =
        ["http://localhost:8787/callback", "https://www.cursor.com/agents/mcp/oauth/callback", "cursor://anysphere.cursor-mcp/oauth/callback"];

    [TestCase("https://chatgpt.com/oauth/client.json", "https://chatgpt.com/connector_platform_oauth_redirect", ExpectedResult = "ChatGPT")]
    [TestCase("https://chatgpt.com/oauth/client.json", "https://chatgpt.com/connector/oauth/aB3-_9", ExpectedResult = "ChatGPT")]
    [TestCase("https://claude.ai/oauth/mcp-oauth-client-metadata", "https://claude.com/api/mcp/auth_callback", ExpectedResult = "Claude")]
    [TestCase("https://vscode.dev/oauth/client-metadata.json", "https://insiders.vscode.dev/redirect", ExpectedResult = "Visual Studio Code")]
    // The one without the other, and what looks alike.
    [TestCase("https://chatgpt.com/oauth/client.json", "https://chatgpt.com/connector/oauth/", ExpectedResult = null)]
    [TestCase("https://chatgpt.com/oauth/client.json", "https://chatgpt.com/connector/oauth/x/../../open", ExpectedResult = null)]
    [TestCase("https://chatgpt.com/oauth/client.json", "https://chatgpt.com.evil.example/connector_platform_oauth_redirect", ExpectedResult = null)]
    [TestCase("https://chatgpt.com/oauth/client.json?", "https://chatgpt.com/connector_platform_oauth_redirect", ExpectedResult = null)]
    [TestCase("ChatGPT", "https://chatgpt.com/connector_platform_oauth_redirect", ExpectedResult = null)]
    // Any program on the machine could receive the answer.
    [TestCase("https://vscode.dev/oauth/client-metadata.json", "http://127.0.0.1:33418/", ExpectedResult = null)]
    [TestCase("https://claude.ai/oauth/claude-code-client-metadata", "http://localhost:3118/callback", ExpectedResult = null)]
    public string? An_application_is_known_by_its_identifier_and_its_address(string clientId, string redirectUri)
        => KnownApplications.Find(clientId, redirectUri, [redirectUri]);

    [Test]
    public void Cursor_is_known_by_all_its_addresses()
    {
        Assert.That(KnownApplications.Find("any", Cursor[1], [.. Cursor]), Is.EqualTo("Cursor"));
        Assert.That(KnownApplications.Find("any", Cursor[0], [.. Cursor]), Is.Null);
        Assert.That(KnownApplications.Find("any", Cursor[1], [.. Cursor, "https://evil.example/callback"]), Is.Null);
    }
}
