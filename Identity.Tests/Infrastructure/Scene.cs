using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Tests.Infrastructure;

/// <summary>A server with an account and a browser in front of it.</summary>
internal sealed class Scene : IAsyncDisposable
{
    public const string UserName = "alice";
    public const string Password = "quiet-river-lamp";
    public const string ClientId = "client";

    /// <summary>A redirect URI that only its owner can receive.</summary>
    public const string WebRedirectUri = "https://client.example/callback";

    /// <summary>A redirect URI that any program on the machine can receive.</summary>
    public const string LoopbackRedirectUri = "http://127.0.0.1:4711/callback";

    /// <summary>A redirect URI that any application on the device can claim.</summary>
    public const string PrivateUseRedirectUri = "com.example.client:/callback";

    private readonly List<HttpBrowser> _browsers = [];

    private Scene(TestServer server)
    {
        Server = server;
        Browser = OpenBrowser();
    }

    public TestServer Server { get; }

    public HttpBrowser Browser { get; }

    /// <summary>Starts a server, with the account and one client of three redirect URIs.</summary>
    public static Task<Scene> StartAsync(params string[] arguments) => StartAsync(null, arguments);

    /// <summary>The same, with parts of the server replaced.</summary>
    public static async Task<Scene> StartAsync(Action<WebApplicationBuilder>? configure, params string[] arguments)
    {
        var scene = new Scene(await TestServer.StartAsync(configure, arguments));
        await scene.AddUserAsync(UserName);
        await scene.AddClientAsync(ClientId, "Example Client", WebRedirectUri, LoopbackRedirectUri, PrivateUseRedirectUri);
        return scene;
    }

    /// <summary>Starts a server that has no account and no client.</summary>
    public static async Task<Scene> StartEmptyAsync(params string[] arguments) => new(await TestServer.StartAsync(arguments));

    /// <summary>Another browser, without cookies.</summary>
    public HttpBrowser OpenBrowser()
    {
        var browser = new HttpBrowser(Server.Address);
        _browsers.Add(browser);
        return browser;
    }

    public async Task<string> AddUserAsync(string userName, Action<User>? configure = null)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var user = new User { UserName = userName };
        configure?.Invoke(user);
        var result = await users.CreateAsync(user, Password);
        Assert.That(result.Succeeded, result.ToString());
        return user.Id;
    }

    /// <summary>Changes an account as an administrator would.</summary>
    public async Task ChangeUserAsync(string userName, Action<User> change)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var user = await users.FindByNameAsync(userName);
        change(user!);
        var result = await users.UpdateAsync(user!);
        Assert.That(result.Succeeded, result.ToString());
    }

    public async Task<IReadOnlyList<string?>> ListUserNamesAsync()
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<Identity.Stores.FileSystem.Storage.Collection<User>>();
        return [.. accounts.List().Select(user => user.UserName)];
    }

    public async Task AddClientAsync(string clientId, string name, params string[] redirectUris)
    {
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = clientId,
            ClientType = ClientTypes.Public,
            ConsentType = ConsentTypes.Explicit,
            DisplayName = name,
            Permissions =
            {
                Permissions.Endpoints.Authorization,
                Permissions.Endpoints.EndSession,
                Permissions.Endpoints.PushedAuthorization,
                Permissions.Endpoints.Token,
                Permissions.GrantTypes.AuthorizationCode,
                Permissions.GrantTypes.RefreshToken,
                Permissions.ResponseTypes.Code,
                Permissions.Scopes.Profile,
                Permissions.Scopes.Email,
            },
            PostLogoutRedirectUris = { new Uri("https://client.example/signed-out") },
        };
        descriptor.RedirectUris.UnionWith(redirectUris.Select(uri => new Uri(uri)));

        await using var scope = Server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(descriptor);
    }

    /// <summary>Adds a public client for devices without a browser.</summary>
    public async Task AddDeviceClientAsync(string clientId, string name)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = clientId,
            ClientType = ClientTypes.Public,
            DisplayName = name,
            Permissions =
            {
                Permissions.Endpoints.DeviceAuthorization,
                Permissions.Endpoints.Token,
                Permissions.GrantTypes.DeviceCode,
                Permissions.GrantTypes.RefreshToken,
                Permissions.Scopes.Profile,
            },
        });
    }

    /// <summary>Lets a device of the client <c>television</c> ask, and returns where its user answers.</summary>
    public async Task<string> AskForDeviceAsync()
    {
        using var client = Server.CreateClient();
        using var content = new FormUrlEncodedContent([new("client_id", "television"), new("resource", "https://mcp.example.com/projects")]);
        using var response = await client.PostAsync(new Uri("/connect/device", UriKind.Relative), content);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("verification_uri_complete").GetString()!;
    }

    /// <summary>The scopes of each connection there is.</summary>
    public async Task<IReadOnlyList<ImmutableArray<string>>> ListConnectionsAsync()
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var authorizations = scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>();
        List<ImmutableArray<string>> connections = [];
        await foreach (var authorization in authorizations.ListAsync())
        {
            connections.Add(await authorizations.GetScopesAsync(authorization));
        }

        return connections;
    }

    /// <summary>An authorization request; parameters given replace the usual ones, and null leaves one out.</summary>
    public Uri AuthorizeUrl(string redirectUri, params (string Name, string? Value)[] parameters) =>
        new(Server.Address, QueryHelpers.AddQueryString("/connect/authorize", Parameters(redirectUri, parameters)));

    public static Dictionary<string, string?> Parameters(string redirectUri, params (string Name, string? Value)[] parameters)
    {
        var all = new Dictionary<string, string?>
        {
            ["client_id"] = ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = redirectUri,
            ["scope"] = "openid profile",
            ["state"] = "a state & more",
            ["code_challenge"] = Base64UrlTextEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(new string('v', 43)))),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in parameters)
        {
            all[name] = value;
        }

        return all.Where(parameter => parameter.Value is not null).ToDictionary();
    }

    /// <summary>The parameters that a client received.</summary>
    public static Dictionary<string, string?> Answer(Uri address)
    {
        var query = HttpUtility.ParseQueryString(address.Query);
        return query.AllKeys.ToDictionary(key => key!, key => query[key]);
    }

    /// <summary>Signs in, without an application.</summary>
    public async Task<BrowserPage> SignInAsync(HttpBrowser? browser = null, string userName = UserName)
    {
        browser ??= Browser;
        return await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), userName, Password);
    }

    /// <summary>Goes through an authorization as Alice.</summary>
    public Task<Uri> AuthorizeAsync(string redirectUri, params (string Name, string? Value)[] parameters) =>
        Browser.AuthorizeAsync(AuthorizeUrl(redirectUri, parameters), UserName, Password);

    public async ValueTask DisposeAsync()
    {
        _browsers.ForEach(browser => browser.Dispose());
        await Server.DisposeAsync();
    }
}
