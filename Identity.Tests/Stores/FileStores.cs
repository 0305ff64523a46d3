using System.Text.Json;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OpenIddict.Abstractions;
using Connection = Identity.Stores.FileSystem.Models.Authorization;

namespace Identity.Tests.Stores;

/// <summary>The file stores as a host registers them, in a directory of their own; they can be stopped and started again.</summary>
internal sealed class FileStores : IStoreHost
{
    public const string RefreshToken = "urn:ietf:params:oauth:token-type:refresh_token";
    public const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";
    public const string AuthorizationCode = "urn:openiddict:params:oauth:token-type:authorization_code";
    public const string RequestToken = "urn:openiddict:params:oauth:token-type:request_token";

    private readonly TemporaryDirectory _directory = new();
    private ServiceProvider? _services;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));

    public IServiceProvider Services => _services ??= Start();

    public AsyncServiceScope CreateScope() => Services.CreateAsyncScope();

    public bool IsDuplicate(Exception exception) => exception is DuplicateKeyException;

    public StorageDirectory Storage => Services.GetRequiredService<StorageDirectory>();

    public IOpenIddictApplicationStore<Application> Applications => Services.GetRequiredService<IOpenIddictApplicationStore<Application>>();

    public IOpenIddictAuthorizationStore<Connection> Authorizations => Services.GetRequiredService<IOpenIddictAuthorizationStore<Connection>>();

    public IOpenIddictScopeStore<Scope> Scopes => Services.GetRequiredService<IOpenIddictScopeStore<Scope>>();

    public IOpenIddictTokenStore<Token> Tokens => Services.GetRequiredService<IOpenIddictTokenStore<Token>>();

    /// <summary>Stops cleanly: the files alone are then the truth.</summary>
    public async ValueTask StopAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
            _services = null;
        }
    }

    public async ValueTask RestartAsync()
    {
        await StopAsync();
        _ = Storage;
    }

    public string FileText(string name) => File.ReadAllText(Path.Combine(_directory.Path, name));

    public string AllText() => string.Concat(_directory.Files.Where(file => file is not ".lock").Select(FileText));

    public JsonDocument FileJson(string name) => JsonDocument.Parse(FileText(name));

    public async ValueTask<Application> AddClientAsync(string clientId = "client")
    {
        var application = new Application { ClientId = clientId };
        await Applications.CreateAsync(application, default);
        return application;
    }

    public async ValueTask<Connection> AddAuthorizationAsync(Application? application = null, string subject = "alice")
    {
        var authorization = new Connection
        {
            ApplicationId = application?.Id,
            Subject = subject,
            Status = "valid",
            Type = "ad-hoc",
            CreationDate = Time.GetUtcNow(),
        };
        await Authorizations.CreateAsync(authorization, default);
        return authorization;
    }

    public async ValueTask<Token> AddTokenAsync(string? type, Connection? authorization = null, string? subject = "alice", Application? application = null)
    {
        var token = new Token
        {
            Type = type,
            AuthorizationId = authorization?.Id,
            ApplicationId = application?.Id ?? authorization?.ApplicationId,
            Subject = subject,
            Status = "valid",
            CreationDate = Time.GetUtcNow(),
            ExpirationDate = Time.GetUtcNow().AddHours(1),
            ReferenceId = Guid.NewGuid().ToString("N"),
        };
        await Tokens.CreateAsync(token, default);
        return token;
    }

    public async ValueTask<string[]> TokenIdsAsync() => await IdsAsync(Tokens.ListAsync(null, null, default));

    public static async ValueTask<string[]> IdsAsync<T>(IAsyncEnumerable<T> entities)
        where T : Entity
        => await entities.Select(entity => entity.Id).ToArrayAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    private ServiceProvider Start()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Time);
        services.AddOpenIddict().AddCore(core => core.UseFileSystem(options => options.Directory = _directory.Path));
        services.AddIdentityCore<User>().AddFileSystemStores();
        return services.BuildServiceProvider(validateScopes: true);
    }
}
