using Identity.Tests.Infrastructure;
using ModelContextProtocol.Authentication;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Identity.Tests.EndToEnd;

/// <summary>
/// A person with an MCP client, which registers itself or names the document in which it is described, and keeps its tokens, and a browser
/// in which to sign in when it asks.
/// </summary>
internal sealed class McpUser(Uri issuer, Uri? document = null) : ITokenCache, IDisposable
{
    private readonly HttpBrowser _browser = new(issuer);
    private volatile TokenContainer? _tokens;

    /// <summary>How often the person was sent to the browser.</summary>
    public int SignIns { get; private set; }

    /// <summary>How often the client registered itself.</summary>
    public int Registrations { get; private set; }

    /// <summary>What the client keeps.</summary>
    public TokenContainer Tokens => _tokens!;

    public async Task<McpClient> ConnectAsync(Uri endpoint) => await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
    {
        Endpoint = endpoint,
        TransportMode = HttpTransportMode.StreamableHttp,
        OAuth = new ClientOAuthOptions
        {
            RedirectUri = new Uri("http://127.0.0.1:4711/callback"),
            ClientMetadataDocumentUri = document,
            TokenCache = this,
            AuthorizationCallbackHandler = AuthorizeAsync,
            DynamicClientRegistration = new DynamicClientRegistrationOptions
            {
                ClientName = "MCP client",
                ResponseDelegate = (_, _) =>
                {
                    Registrations++;
                    return Task.CompletedTask;
                },
            },
        },
    }));

    /// <summary>Asks the tool who is calling.</summary>
    public static async Task<string> CallAsync(McpClient client)
    {
        var result = await client.CallToolAsync(ProtectedMcpServer.Tool);
        var text = result.Content.OfType<TextContentBlock>().Single().Text;
        Assert.That(result.IsError, Is.Not.True, text);
        return text;
    }

    /// <summary>Lets the client think that its access token has expired.</summary>
    public void ExpireAccessToken() => _tokens!.ExpiresIn = 0;

    public ValueTask StoreTokensAsync(TokenContainer tokens, CancellationToken cancellationToken)
    {
        _tokens = tokens;
        return ValueTask.CompletedTask;
    }

    public ValueTask<TokenContainer?> GetTokensAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_tokens);

    public void Dispose() => _browser.Dispose();

    private async Task<AuthorizationResult?> AuthorizeAsync(AuthorizationCallbackContext context, CancellationToken cancellationToken)
    {
        SignIns++;
        var answer = Scene.Answer(await _browser.AuthorizeAsync(context.AuthorizationUri, Scene.UserName, Scene.Password, cancellationToken));
        return new AuthorizationResult { Code = answer["code"], State = answer["state"], Iss = answer["iss"] };
    }
}
