using System.Buffers.Text;
using System.Security.Claims;
using System.Text;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using OpenIddict.Abstractions;
using OpenIddict.Server.DataProtection;

namespace Identity.Tests.Tokens;

/// <summary>Clients and people in front of a server in this process, into whose stores and whose clock a test may reach.</summary>
internal sealed class TokenScene : ClientScene
{
    private readonly Scene _scene;

    private TokenScene(Scene scene)
        : base(scene.Server.Address) => _scene = scene;

    public TestServer Server => _scene.Server;

    public FakeTimeProvider Time => Server.Time;

    public static async Task<TokenScene> StartAsync(params string[] arguments) => new(await Scene.StartAsync(arguments));

    public static async Task<TokenScene> StartAsync(Action<WebApplicationBuilder> configure, params string[] arguments) => new(await Scene.StartAsync(configure, arguments));

    public Task ChangeUserAsync(Action<Identity.Stores.FileSystem.Models.User> change) => _scene.ChangeUserAsync(Scene.UserName, change);

    public Task AddUserAsync(string name) => _scene.AddUserAsync(name);

    public async Task DeleteUserAsync()
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<Identity.Stores.FileSystem.Models.User>>();
        var result = await users.DeleteAsync((await users.FindByNameAsync(Scene.UserName))!);
        Assert.That(result.Succeeded, result.ToString());
    }

    /// <summary>The state of every token of a connection, as the running server holds it, by type and in the order of creation.</summary>
    public async Task<IReadOnlyList<(string Type, string Status)>> ListTokensAsync(string authorizationId)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var tokens = scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>();
        List<(string, string)> found = [];
        await foreach (var token in tokens.FindByAuthorizationIdAsync(authorizationId))
        {
            found.Add(((await tokens.GetTypeAsync(token))!.Split(':')[^1], (await tokens.GetStatusAsync(token))!));
        }

        return found;
    }

    /// <summary>The state of a connection itself.</summary>
    public async Task<string?> GetConnectionStatusAsync(string authorizationId)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var authorizations = scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>();
        return await authorizations.FindByIdAsync(authorizationId) is { } authorization ? await authorizations.GetStatusAsync(authorization) : null;
    }

    /// <summary>What the entry of a refresh token keeps, unprotected as the server itself does.</summary>
    /// <param name="value">The value that the client holds.</param>
    public async Task<ClaimsPrincipal> ReadRefreshTokenAsync(string value)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var tokens = scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>();
        var payload = await tokens.GetPayloadAsync((await tokens.FindByReferenceIdAsync(value))!);
        var options = scope.ServiceProvider.GetRequiredService<IOptions<OpenIddictServerDataProtectionOptions>>().Value;
        var protector = options.DataProtectionProvider.CreateProtector("OpenIdConnectServerHandler", "RefreshTokenFormat", "UseReferenceTokens", "ASOS");
        using var reader = new BinaryReader(new MemoryStream(protector.Unprotect(Base64Url.DecodeFromChars(payload!))));
        return options.Formatter.ReadToken(reader);
    }

    /// <summary>Adds a client that an administrator made for a resource server.</summary>
    /// <param name="clientId">Its identifier.</param>
    /// <param name="introspects">The resources whose tokens it may look at.</param>
    public async Task<TestClient> AddConfidentialClientAsync(string clientId, string[] introspects)
    {
        const string secret = "a secret of the resource server";
        await using var scope = Server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = clientId,
            ClientSecret = secret,
            ClientType = OpenIddictConstants.ClientTypes.Confidential,
            Permissions = { OpenIddictConstants.Permissions.Endpoints.Introspection },
            Properties = { ["introspects"] = System.Text.Json.JsonSerializer.SerializeToElement(introspects) },
        });
        return new TestClient(clientId, "client_secret_post", secret);
    }

    /// <summary>Adds a client for devices without a browser.</summary>
    public async Task<TestClient> AddDeviceClientAsync(string clientId, string name)
    {
        await _scene.AddDeviceClientAsync(clientId, name);
        return new TestClient(clientId, "none", null);
    }

    /// <summary>The text of a file in the storage directory; call after the server was stopped.</summary>
    public string ReadFile(string name) => File.ReadAllText(Path.Combine(Server.StorageDirectory, name));

    /// <summary>Everything in the storage directory, keys aside, as text.</summary>
    public string ReadAllFiles()
    {
        var text = new StringBuilder();
        foreach (var name in Server.Files.Where(name => !name.StartsWith("keys", StringComparison.Ordinal) && !name.StartsWith('.')))
        {
            using var stream = new FileStream(Path.Combine(Server.StorageDirectory, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            text.Append(reader.ReadToEnd());
        }

        return text.ToString();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _scene.DisposeAsync();
    }
}
