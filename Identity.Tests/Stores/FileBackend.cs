using System.Reflection;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.Stores;

/// <summary>The stores of this project, as a host gets them.</summary>
internal sealed class FileBackend : StoreBackend<Application, Authorization, Scope, Token>
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "identity-tests", Guid.NewGuid().ToString("N"));
    private readonly Action<MethodInfo>? _called;
    private ServiceProvider _services;

    public FileBackend(Action<MethodInfo>? called = null) => (_called, _services) = (called, Open());

    protected override IOpenIddictApplicationStore<Application> Applications => Get<IOpenIddictApplicationStore<Application>>();

    protected override IOpenIddictAuthorizationStore<Authorization> Authorizations => Get<IOpenIddictAuthorizationStore<Authorization>>();

    protected override IOpenIddictScopeStore<Scope> Scopes => Get<IOpenIddictScopeStore<Scope>>();

    protected override IOpenIddictTokenStore<Token> Tokens => Get<IOpenIddictTokenStore<Token>>();

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
        Directory.Delete(_path, recursive: true);
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
