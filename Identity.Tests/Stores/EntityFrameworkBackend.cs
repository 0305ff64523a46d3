using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;

namespace Identity.Tests.Stores;

/// <summary>OpenIddict's own Entity Framework Core stores on SQLite: what the stores of this project must answer.</summary>
internal sealed class EntityFrameworkBackend : StoreBackend<
    OpenIddictEntityFrameworkCoreApplication, OpenIddictEntityFrameworkCoreAuthorization, OpenIddictEntityFrameworkCoreScope, OpenIddictEntityFrameworkCoreToken>
{
    private readonly EntityFrameworkDatabase _database = EntityFrameworkDatabase.Rent();
    private readonly DbContext _context;

    public EntityFrameworkBackend()
    {
        var services = _database.Scope.ServiceProvider;
        _context = services.GetRequiredService<DbContext>();
        Applications = services.GetRequiredService<IOpenIddictApplicationStore<OpenIddictEntityFrameworkCoreApplication>>();
        Authorizations = services.GetRequiredService<IOpenIddictAuthorizationStore<OpenIddictEntityFrameworkCoreAuthorization>>();
        Scopes = services.GetRequiredService<IOpenIddictScopeStore<OpenIddictEntityFrameworkCoreScope>>();
        Tokens = services.GetRequiredService<IOpenIddictTokenStore<OpenIddictEntityFrameworkCoreToken>>();
    }

    protected override void SetId(object entity, string id)
    {
        switch (entity)
        {
            case OpenIddictEntityFrameworkCoreApplication application:
                application.Id = id;
                break;
            case OpenIddictEntityFrameworkCoreAuthorization authorization:
                authorization.Id = id;
                break;
            case OpenIddictEntityFrameworkCoreScope scope:
                scope.Id = id;
                break;
            case OpenIddictEntityFrameworkCoreToken token:
                token.Id = id;
                break;
        }
    }

    protected override IQueryable<string?> Ids<T>(IQueryable<T> entities) => entities.Select(entity => EF.Property<string?>(entity!, "Id"));

    protected override bool IsDuplicate(Exception exception) => _database.IsDuplicate(exception);

    // A context that tracks nothing answers as a new one.
    protected override void Forget() => _context.ChangeTracker.Clear();

    // What the file store keeps in memory only, and what it drops when it reads its files, goes from the oracle by hand.
    protected override async ValueTask RestartAsync()
    {
        var refreshToken = StoreValues.RefreshToken;
        var (now, tokens) = (Now.UtcDateTime, _context.Set<OpenIddictEntityFrameworkCoreToken>());
        await tokens.Where(token => token.Type == null || token.Type != refreshToken || token.ExpirationDate < now).ExecuteDeleteAsync();
    }

    protected override async ValueTask SnapshotAsync()
    {
        var (now, tokens) = (Now.UtcDateTime, _context.Set<OpenIddictEntityFrameworkCoreToken>());
        await tokens.Where(token => token.ExpirationDate < now).ExecuteDeleteAsync();
    }

    public override ValueTask DisposeAsync()
    {
        Forget();
        return _database.DisposeAsync();
    }
}
