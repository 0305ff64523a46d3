using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Identity.Benchmarks.Yardsticks;

/// <summary>OpenIddict's Entity Framework Core stores on SQLite, as durable as this project's: write-ahead log, flushed at each commit.</summary>
internal static class SqliteStore
{
    private const long Full = 2;

    public static void Add(OpenIddictCoreBuilder core, string directory)
    {
        core.Services.AddDbContext<DbContext>(options => options.UseSqlite($"Data Source={Path.Combine(directory, "openiddict.db")}").UseOpenIddict());
        core.UseEntityFrameworkCore().UseDbContext<DbContext>();
    }

    /// <summary>Creates the tables, and makes sure that a commit means what it is compared for.</summary>
    /// <exception cref="InvalidOperationException">SQLite is not as durable as it has to be.</exception>
    public static void Prepare(IServiceProvider services)
    {
        using var scope = services.CreateScope();
        var database = scope.ServiceProvider.GetRequiredService<DbContext>().Database;
        database.EnsureCreated();
        database.OpenConnection();
        using var command = database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA journal_mode";
        var mode = command.ExecuteScalar();
        command.CommandText = "PRAGMA synchronous";
        var synchronous = command.ExecuteScalar();
        if (mode is not "wal" || synchronous is not Full)
        {
            throw new InvalidOperationException($"SQLite runs with journal_mode={mode} and synchronous={synchronous}; it is to be wal and {Full}.");
        }
    }
}
