using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;

namespace Identity.Server.Administration;

/// <summary>Runs the server until it is stopped.</summary>
internal static class ServerCommand
{
    /// <summary>Starts, says where, waits for the end.</summary>
    /// <param name="args">Host arguments.</param>
    /// <param name="cancellationToken">Stops the server.</param>
    /// <returns>0 when it was stopped, 1 when it did not start.</returns>
    public static Task<int> RunAsync(string[] args, CancellationToken cancellationToken) => FailureReport.RunAsync(async () =>
    {
        await using var app = Program.Build(args);
        await Program.StartAsync(app, cancellationToken);
        Announce(app);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    });

    // On the console and not in the log: the address for the first account is a secret for as long as it works.
    private static void Announce(WebApplication app)
    {
        var directory = app.Services.GetRequiredService<StorageDirectory>();
        Console.WriteLine($"Identity listens on {string.Join(" and ", app.Urls)} and keeps its data in {directory.Path}. Ctrl+C stops it.");
        var issuer = app.Services.GetRequiredService<IOptions<IdentityServerOptions>>().Value.GetIssuer();
        if (app.Services.GetRequiredService<FirstAccountLink>().Issue(issuer ?? new Uri(app.Urls.First())) is { } link)
        {
            Console.WriteLine($"There is no account yet. Create the first one within {FirstAccountLink.Lifetime.TotalMinutes} minutes at {link}");
        }
    }
}
