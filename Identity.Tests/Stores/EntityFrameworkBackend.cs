using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;

namespace Identity.Tests.Stores;

/// <summary>OpenIddict's own Entity Framework Core stores on SQLite: what the stores of this project must answer.</summary>
internal sealed class EntityFrameworkBackend : StoreBackend<
    OpenIddictEntityFrameworkCoreApplication, OpenIddictEntityFrameworkCoreAuthorization, OpenIddictEntityFrameworkCoreScope, OpenIddictEntityFrameworkCoreToken>
{
    private readonly SqliteConnection _connection = new("DataSource=:memory:");
    private readonly ServiceProvider _services;
    private readonly List<AsyncServiceScope> _scopes = [];

    public EntityFrameworkBackend()
    {
        _connection.Open();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDbContext<DbContext>(options => options.UseSqlite(_connection).UseOpenIddict());
        services.AddOpenIddict().AddCore(core => core.UseEntityFrameworkCore().UseDbContext<DbContext>());
        _services = services.BuildServiceProvider();
        Forget();
        Context.Database.EnsureCreated();
    }

    protected override IOpenIddictApplicationStore<OpenIddictEntityFrameworkCoreApplication> Applications
        => Scope.GetRequiredService<IOpenIddictApplicationStore<OpenIddictEntityFrameworkCoreApplication>>();

    protected override IOpenIddictAuthorizationStore<OpenIddictEntityFrameworkCoreAuthorization> Authorizations
        => Scope.GetRequiredService<IOpenIddictAuthorizationStore<OpenIddictEntityFrameworkCoreAuthorization>>();

    protected override IOpenIddictScopeStore<OpenIddictEntityFrameworkCoreScope> Scopes
        => Scope.GetRequiredService<IOpenIddictScopeStore<OpenIddictEntityFrameworkCoreScope>>();

    protected override IOpenIddictTokenStore<OpenIddictEntityFrameworkCoreToken> Tokens
        => Scope.GetRequiredService<IOpenIddictTokenStore<OpenIddictEntityFrameworkCoreToken>>();

    private IServiceProvider Scope => _scopes[^1].ServiceProvider;

    private DbContext Context => Scope.GetRequiredService<DbContext>();

    protected override void SetId(object entity, string id) => entity.GetType().GetProperty("Id")!.SetValue(entity, id);

    protected override IQueryable<string?> Ids<T>(IQueryable<T> entities) => entities.Select(entity => EF.Property<string?>(entity!, "Id"));

    protected override void Forget() => _scopes.Add(_services.CreateAsyncScope());

    // What the file store keeps in memory only, and what it drops when it reads its files, goes from the oracle by hand.
    protected override async ValueTask RestartAsync()
    {
        var refreshToken = StoreValues.TokenTypes[0];
        foreach (var token in await Context.Set<OpenIddictEntityFrameworkCoreToken>().ToListAsync())
        {
            if (token.Type != refreshToken || token.ExpirationDate < Now.UtcDateTime)
            {
                Context.Remove(token);
            }
        }

        await Context.SaveChangesAsync();
    }

    protected override async ValueTask SnapshotAsync()
    {
        foreach (var token in await Context.Set<OpenIddictEntityFrameworkCoreToken>().ToListAsync())
        {
            if (token.ExpirationDate < Now.UtcDateTime)
            {
                Context.Remove(token);
            }
        }

        await Context.SaveChangesAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var scope in _scopes)
        {
            await scope.DisposeAsync();
        }

        await _services.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
