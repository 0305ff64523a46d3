using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.EntityFrameworkCore.Models;

namespace Identity.Tests.Stores;

/// <summary>
/// A SQLite database in memory under OpenIddict's Entity Framework Core stores. To make one costs more than most tests ask of it,
/// so databases are emptied and used again; all have the services, the model and the compiled queries in common.
/// </summary>
internal sealed class EntityFrameworkDatabase : IStoreHost
{
    private static readonly ServiceProvider Services = CreateServices();
    private static readonly ConcurrentBag<EntityFrameworkDatabase> Idle = [];

    private readonly SqliteConnection _connection = new("DataSource=:memory:");

    private EntityFrameworkDatabase()
    {
        _connection.Open();
        Scope = CreateScope();
        Scope.ServiceProvider.GetRequiredService<Context>().Database.EnsureCreated();
    }

    /// <summary>A scope that stays, for who lets its context forget what it tracks.</summary>
    public AsyncServiceScope Scope { get; }

    public static EntityFrameworkDatabase Rent()
    {
        if (!Idle.TryTake(out var database))
        {
            return new();
        }

        using var command = database._connection.CreateCommand();
        command.CommandText = "DELETE FROM OpenIddictTokens; DELETE FROM OpenIddictAuthorizations; DELETE FROM OpenIddictApplications; DELETE FROM OpenIddictScopes";
        command.ExecuteNonQuery();
        return database;
    }

    public AsyncServiceScope CreateScope()
    {
        var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Connection>().Value = _connection;
        return scope;
    }

    public bool IsDuplicate(Exception exception) => exception is DbUpdateException and not DbUpdateConcurrencyException;

    public ValueTask DisposeAsync()
    {
        Idle.Add(this);
        return default;
    }

    private static ServiceProvider CreateServices()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddScoped<Connection>();
        services.AddDbContext<DbContext, Context>((provider, options) => options.UseSqlite(provider.GetRequiredService<Connection>().Value!));
        services.AddOpenIddict().AddCore(core => core.UseEntityFrameworkCore().UseDbContext<Context>());
        return services.BuildServiceProvider();
    }

    private sealed class Context(DbContextOptions<Context> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            // To delete a client deletes its connections with their tokens, or fails by default, where such a token is of another
            // client: the bulk deletion forgets it and the database minds. It is told to delete the token, as without bulk deletion.
            modelBuilder.UseOpenIddict();
            modelBuilder.Entity<OpenIddictEntityFrameworkCoreAuthorization>()
                .HasMany(authorization => authorization.Tokens).WithOne(token => token.Authorization).OnDelete(DeleteBehavior.Cascade);
        }
    }

    /// <summary>Tells the context of a scope its database.</summary>
    private sealed class Connection
    {
        public SqliteConnection? Value { get; set; }
    }
}
