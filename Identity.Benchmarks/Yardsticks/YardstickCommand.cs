using System.CommandLine;

namespace Identity.Benchmarks.Yardsticks;

/// <summary>Runs one of the servers that this project's server is measured against; the load program starts them.</summary>
internal static class YardstickCommand
{
    /// <summary>A plain OpenIddict server over dictionaries.</summary>
    public const string Memory = "memory";

    /// <summary>The same over OpenIddict's Entity Framework Core stores on SQLite.</summary>
    public const string Sqlite = "sqlite";

    public static Command Create()
    {
        var store = new Argument<string>("STORE") { Description = $"{Memory} or {Sqlite}" };
        store.AcceptOnlyFromAmong(Memory, Sqlite);
        var url = new Option<string>("--url") { Required = true, Description = "Where it listens: a loopback address." };
        var directory = new Option<string>("--directory") { Required = true, Description = "Where SQLite's file is." };
        var seed = new Option<int>("--seed") { Description = "Refresh tokens to begin with, for a store that keeps none." };
        var command = new Command("yardstick", "Run a server to be measured against, until standard input ends.") { store, url, directory, seed };
        command.SetAction((result, cancellationToken) => YardstickServer.RunAsync(
            result.GetRequiredValue(store), result.GetRequiredValue(url), result.GetRequiredValue(directory), result.GetValue(seed), cancellationToken));
        return command;
    }
}
