using System.Reflection;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using Models = Identity.Stores.FileSystem.Models;

namespace Identity.Tests.Stores;

/// <summary>The stores of this project, as a host gets them.</summary>
internal sealed class FileBackend : StoreBackend<Models.Application, Models.Authorization, Models.Scope, Models.Token>
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "identity-tests", Guid.NewGuid().ToString("N"));
    private readonly Action<MethodInfo>? _called;
    private ServiceProvider _services;

    public FileBackend(Action<MethodInfo>? called = null) => (_called, _services) = (called, Open());

    protected override IOpenIddictApplicationStore<Models.Application> Applications => Get<IOpenIddictApplicationStore<Models.Application>>();

    protected override IOpenIddictAuthorizationStore<Models.Authorization> Authorizations => Get<IOpenIddictAuthorizationStore<Models.Authorization>>();

    protected override IOpenIddictScopeStore<Models.Scope> Scopes => Get<IOpenIddictScopeStore<Models.Scope>>();

    protected override IOpenIddictTokenStore<Models.Token> Tokens => Get<IOpenIddictTokenStore<Models.Token>>();

    protected override void SetId(object entity, string id) => ((Entity)entity).Id = id;

    protected override IQueryable<string?> Ids<T>(IQueryable<T> entities) => entities.Cast<Entity>().Select(entity => entity.Id);

    protected override async ValueTask RestartAsync()
    {
        await _services.DisposeAsync();
        _services = Open();
    }

    protected override ValueTask SnapshotAsync() => new(_services.GetRequiredService<StorageDirectory>().SnapshotAsync());

    public override async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    private ServiceProvider Open()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddOpenIddict().AddCore(core => core.UseFileSystem(options =>
        {
            options.Directory = _path;
            options.JournalChunk = 4_096;
        }));
        return services.BuildServiceProvider();
    }

    private T Get<T>()
        where T : class
    {
        var store = _services.GetRequiredService<T>();
        return _called is null ? store : RecordingProxy<T>.Create(store, _called);
    }
}
