namespace Identity.Tests.Clients;

/// <summary>The clients that people connect, as they register and ask.</summary>
internal static class KnownClients
{
    private const string Resource = "resource=https%3A%2F%2Fmcp.example.com%2Fmcp";
    private const string AllScopes = "openid profile email offline_access mcp:tools";

    public static IEnumerable<ClientShape> All =>
    [
        ChatGpt, ChatGptDocument, Claude, ClaudeDocument, ClaudeCode, ClaudeCodeDocument, Cursor, VisualStudioCode, VisualStudioCodeDocument,
        Inspector, Inspector with { Name = "MCP Inspector, with a slash behind every address", Suffix = "/" },
        McpRemote, CSharp, CSharpDocument, TypeScript,
    ];

    /// <summary>Registers without a scope, asks for some, and for none when it connects again.</summary>
    public static ClientShape ChatGpt { get; } = new()
    {
        Name = "ChatGPT",
        Metadata = """
            {"client_name":"ChatGPT","redirect_uris":["https://chatgpt.com/connector_platform_oauth_redirect"],"grant_types":["authorization_code","refresh_token"],
             "response_types":["code"],"token_endpoint_auth_method":"none"}
            """,
        ApplicationType = "web",
        RedirectUri = "https://chatgpt.com/connector_platform_oauth_redirect",
        Query = $"scope=openid%20mcp%3Atools&{Resource}",
        Scope = "openid mcp:tools offline_access",
        NextQuery = Resource,
        NextScope = AllScopes,
    };

    /// <summary>Names one method, knows another beside it, and proves by its keys who it is.</summary>
    public static ClientShape ChatGptDocument { get; } = ChatGpt with
    {
        Name = "ChatGPT, by its document",
        IsDocument = true,
        Metadata = """
            {"client_id":"{client}","client_name":"ChatGPT","client_uri":"https://chatgpt.com","redirect_uris":["https://chatgpt.com/connector_platform_oauth_redirect"],
             "grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"private_key_jwt",
             "token_endpoint_auth_methods_supported":["none","private_key_jwt"],"token_endpoint_auth_signing_alg":"RS256","jwks_uri":"{host}/jwks.json"}
            """,
        Method = "private_key_jwt",
    };

    /// <summary>Registers anew for each connection, twice each time.</summary>
    public static ClientShape Claude { get; } = new()
    {
        Name = "Claude",
        Metadata = """
            {"client_name":"Claude","redirect_uris":["https://claude.ai/api/mcp/auth_callback"],"grant_types":["authorization_code","refresh_token"],
             "response_types":["code"],"token_endpoint_auth_method":"client_secret_post"}
            """,
        Registrations = 2,
        ApplicationType = "web",
        Method = "client_secret_post",
        RedirectUri = "https://claude.ai/api/mcp/auth_callback",
        Query = $"scope=openid+profile+mcp%3Atools&{Resource}",
        Scope = "openid profile mcp:tools offline_access",
    };

    public static ClientShape ClaudeDocument { get; } = Claude with
    {
        Name = "Claude, by its document",
        IsDocument = true,
        Metadata = """
            {"client_id":"{client}","client_name":"Claude","client_uri":"https://claude.ai",
             "redirect_uris":["https://claude.ai/api/mcp/auth_callback","https://claude.com/api/mcp/auth_callback"],
             "grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none"}
            """,
        Method = "none",
    };

    /// <summary>Listens on whatever port is free: another one than it registered.</summary>
    public static ClientShape ClaudeCode { get; } = new()
    {
        Name = "Claude Code",
        Metadata = """
            {"client_name":"Claude Code (example)","redirect_uris":["http://localhost:53682/callback"],"grant_types":["authorization_code","refresh_token"],
             "response_types":["code"],"token_endpoint_auth_method":"none","application_type":"native"}
            """,
        ApplicationType = "native",
        RedirectUri = "http://localhost:61234/callback",
        Query = $"scope=openid+offline_access+mcp%3Atools&prompt=consent&{Resource}",
        Scope = "openid mcp:tools offline_access",
    };

    public static ClientShape ClaudeCodeDocument { get; } = ClaudeCode with
    {
        Name = "Claude Code, by its document",
        IsDocument = true,
        Metadata = """
            {"client_id":"{client}","client_name":"Claude Code","client_uri":"https://claude.ai","redirect_uris":["http://localhost/callback","http://127.0.0.1/callback"],
             "grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none"}
            """,
    };

    /// <summary>Registers three kinds of redirect URI at once.</summary>
    public static ClientShape Cursor { get; } = new()
    {
        Name = "Cursor",
        Metadata = """
            {"client_name":"Cursor","redirect_uris":["http://localhost:8787/callback","https://www.cursor.com/agents/mcp/oauth/callback","cursor://anysphere.cursor-mcp/oauth/callback"],
             "grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none"}
            """,
        ApplicationType = "native",
        RedirectUri = "cursor://anysphere.cursor-mcp/oauth/callback",
        Query = Resource,
        Scope = AllScopes,
    };

    /// <summary>Lists all the grant types that it knows and the server advertises.</summary>
    public static ClientShape VisualStudioCode { get; } = new()
    {
        Name = "VS Code",
        Metadata = """
            {"client_name":"Visual Studio Code","client_uri":"https://code.visualstudio.com",
             "grant_types":["authorization_code","refresh_token","urn:ietf:params:oauth:grant-type:device_code"],"response_types":["code"],
             "redirect_uris":["https://insiders.vscode.dev/redirect","https://vscode.dev/redirect","http://127.0.0.1/","http://127.0.0.1:33418/"],
             "scope":"openid mcp:tools","token_endpoint_auth_method":"none","application_type":"native"}
            """,
        ApplicationType = "native",
        RedirectUri = "http://127.0.0.1:33419/",
        Query = $"scope=openid+mcp%3Atools&prompt=select_account&{Resource}",
        Scope = "openid mcp:tools offline_access",
    };

    public static ClientShape VisualStudioCodeDocument { get; } = VisualStudioCode with
    {
        Name = "VS Code, by its document",
        IsDocument = true,
        Metadata = """
            {"client_id":"{client}","client_name":"Visual Studio Code","client_uri":"https://vscode.dev","logo_uri":"https://vscode.dev/logo.png",
             "grant_types":["authorization_code","refresh_token","urn:ietf:params:oauth:grant-type:device_code"],"response_types":["code"],
             "redirect_uris":["http://127.0.0.1/","http://127.0.0.1:33418/","https://vscode.dev/redirect","https://insiders.vscode.dev/redirect"],
             "token_endpoint_auth_method":"none","application_type":"native"}
            """,
    };

    /// <summary>Scripts in a browser, from a site of their own, with an empty scope.</summary>
    public static ClientShape Inspector { get; } = new()
    {
        Name = "MCP Inspector",
        Metadata = """
            {"redirect_uris":["http://localhost:6274/oauth/callback","http://127.0.0.1:6276/oauth/callback"],"token_endpoint_auth_method":"none",
             "grant_types":["authorization_code","refresh_token"],"response_types":["code"],"application_type":"native","client_name":"MCP Inspector",
             "client_uri":"https://github.com/modelcontextprotocol/inspector","scope":""}
            """,
        ApplicationType = "native",
        Origin = "http://localhost:6274",
        RedirectUri = "http://localhost:6275/oauth/callback",
        Query = $"scope=&{Resource}",
        Scope = AllScopes,
    };

    /// <summary>Asks for all there is.</summary>
    public static ClientShape McpRemote { get; } = new()
    {
        Name = "mcp-remote",
        Metadata = """
            {"redirect_uris":["http://localhost:3334/oauth/callback"],"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"],
             "response_types":["code"],"client_name":"MCP CLI Proxy","client_uri":"https://github.com/modelcontextprotocol/mcp-cli",
             "software_id":"2e6dc280-f3c3-4e01-99a7-8181dbd1d23d","software_version":"0.1.29"}
            """,
        ApplicationType = "native",
        RedirectUri = "http://localhost:3335/oauth/callback",
        Query = $"scope={{scopes}}&prompt=consent&{Resource}",
        Scope = AllScopes,
    };

    public static ClientShape CSharp { get; } = new()
    {
        Name = "MCP C# SDK",
        Metadata = """
            {"redirect_uris":["http://localhost:1179/callback"],"grant_types":["authorization_code","refresh_token"],"response_types":["code"],
             "token_endpoint_auth_method":"client_secret_post","client_name":"ProtectedMcpClient","scope":"mcp:tools"}
            """,
        ApplicationType = "native",
        Method = "client_secret_post",
        RedirectUri = "http://localhost:1180/callback",
        Query = $"{Resource}&scope=mcp%3Atools",
        Scope = "mcp:tools offline_access",
    };

    /// <summary>Authenticates by the method that the server advertises first.</summary>
    public static ClientShape CSharpDocument { get; } = CSharp with
    {
        Name = "MCP C# SDK, by its document",
        IsDocument = true,
        Metadata = """
            {"client_id":"{client}","client_name":"ProtectedMcpClient","redirect_uris":["http://localhost:1179/callback"],
             "grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none"}
            """,
        Method = "none",
    };

    /// <summary>Leaves to the server how it authenticates, and writes the root of a resource now with a slash and now without.</summary>
    public static ClientShape TypeScript { get; } = new()
    {
        Name = "MCP TypeScript SDK",
        Metadata = """{"redirect_uris":["https://host.example/oauth/callback"],"client_name":"Host (beta)","resource":"https://mcp.example.com"}""",
        ApplicationType = "web",
        Method = "client_secret_basic",
        RedirectUri = "https://host.example/oauth/callback",
        Query = "scope=mcp%3Atools+offline_access&prompt=consent&resource=https%3A%2F%2Fmcp.example.com%2F",
        Scope = "mcp:tools offline_access",
        Resource = "https://mcp.example.com",
        Audience = "https://mcp.example.com/",
    };
}
