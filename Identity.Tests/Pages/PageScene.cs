using Identity.Server.Accounts;
using Identity.Server.Tokens.Connections;
using Identity.Tests.Accounts;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace Identity.Tests.Pages;

/// <summary>A server where there is something to see on every page.</summary>
internal sealed class PageScene : IAsyncDisposable
{
    public const string Resource = "https://mcp.example.com/projects";

    /// <summary>Somebody whose sign-in takes a second step.</summary>
    public const string CarefulUser = "carol";

    /// <summary>Somebody for administrators to look after.</summary>
    public const string OtherUser = "bert";

    // Pages offer what mail and a provider are needed for; neither answers when it is asked for something.
    private static readonly string[] Settings =
    [
        "--Identity:Mail:Host=127.0.0.1", "--Identity:Mail:Security=None", "--Identity:Mail:From=id@example.com",
        "--Identity:Providers:OpenIdConnect:0:Name=company", "--Identity:Providers:OpenIdConnect:0:DisplayName=Example Company",
        "--Identity:Providers:OpenIdConnect:0:Issuer=https://login.example.com/", "--Identity:Providers:OpenIdConnect:0:ClientId=identity",
        "--Identity:Providers:OpenIdConnect:0:ClientSecret=a secret of the provider",
    ];

    private const string ChatGptRedirectUri = "https://chatgpt.com/connector_platform_oauth_redirect";
    private const string LoopbackRedirectUri = "http://127.0.0.1:53682/callback";

    private readonly Scene _empty;
    private int _invited;

    private PageScene(Scene scene, Scene empty) => (Scene, _empty) = (scene, empty);

    public Scene Scene { get; }

    /// <summary>Where the first account is created, on a server that has none.</summary>
    public string SetupAddress => _empty.Server.Services.GetRequiredService<FirstAccountLink>().Issue(_empty.Server.Address)!.AbsoluteUri;

    public static async Task<PageScene> StartAsync()
    {
        var scene = new PageScene(await Scene.StartAsync(builder => builder.Services.ConfigureAll<HttpClientFactoryOptions>(options =>
            options.HttpMessageHandlerBuilderActions.Add(handlers => handlers.AdditionalHandlers.Add(new NobodyAnswers()))), Settings), await Scene.StartEmptyAsync());
        await scene.Scene.AddClientAsync("loopback", "Claude Code (mcp.example.com)", LoopbackRedirectUri);
        await scene.Scene.AddDeviceClientAsync("television", "Television");
        await scene.Scene.AddClientAsync("web", "ChatGPT", ChatGptRedirectUri);
        await scene.AddConnectionsAsync();
        await scene.Scene.ChangeUserAsync(Scene.UserName, user => user.IsAdministrator = true);
        await scene.Scene.AddUserAsync(CarefulUser, user => (user.TwoFactorEnabled, user.AuthenticatorKey) = (true, "x"));
        await scene.Scene.AddUserAsync(OtherUser, user => user.Email = "bert.with.a.long.address@mail.example.com");
        return scene;
    }

    /// <summary>The question of a client on the web.</summary>
    public string Consent => Authorize("web", ChatGptRedirectUri);

    /// <summary>The question of a client on the device.</summary>
    public string ConsentForDevice => Authorize("loopback", LoopbackRedirectUri);

    /// <summary>The link of somebody who is invited, who is another one each time.</summary>
    public Task<string> InviteAsync() => Scene.InviteAsync($"a-rather-long-user-name-that-somebody-has-chosen-{Interlocked.Increment(ref _invited)}@example.com");

    public async ValueTask DisposeAsync()
    {
        await Scene.DisposeAsync();
        await _empty.DisposeAsync();
    }

    private string Authorize(string clientId, string redirectUri)
        => Scene.AuthorizeUrl(redirectUri, ("client_id", clientId), ("scope", "openid profile email"), ("resource", Resource)).AbsoluteUri;

    /// <summary>One that goes on, one that is paused, and one that ended.</summary>
    private async Task AddConnectionsAsync()
    {
        var subject = (await Scene.FindUserAsync(Infrastructure.Scene.UserName))!.Id;
        var records = Scene.Server.Services.GetRequiredService<ConnectionRecords>();
        var now = Scene.Server.Time.GetUtcNow();
        foreach (var (id, name, hours) in new[] { ("connection", "ChatGPT", 3), ("paused", "ChatGPT", 40), ("ended", "Claude Code (mcp.example.com)", 30) })
        {
            var used = now - TimeSpan.FromHours(hours);
            await records.AddAsync(
                new ConnectionRecord
                {
                    Id = id,
                    Subject = subject,
                    ClientId = name,
                    ClientName = name,
                    RedirectUri = ChatGptRedirectUri,
                    Resources = [id is "connection" ? Resource : "https://mcp.example.com/a-resource-with-a-long-address/that-does-not-fit-on-a-narrow-screen"],
                    Scopes = ["openid", "profile", "offline_access"],
                    BeganAt = used - TimeSpan.FromHours(5),
                    FirstUsedAt = used - TimeSpan.FromHours(5),
                    FirstUsedFrom = "203.0.113.9",
                    LastUsedAt = used,
                    LastUsedFrom = "2001:db8::8:800:200c:417a",
                    UsableUntil = used + TimeSpan.FromHours(id is "ended" ? 24 : 48),
                },
                CancellationToken.None);
        }

        await records.PauseAsync("paused", pause: true, CancellationToken.None);
    }

    private sealed class NobodyAnswers : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => throw new HttpRequestException("Nobody is there.");
    }
}
