using System.CommandLine;
using Identity.Benchmarks.Yardsticks;

namespace Identity.Benchmarks.Load;

/// <summary>The command <c>load</c>: whole servers side by side.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var servers = new Option<string[]>("--servers")
        {
            Description = "identity, sqlite, memory, or NAME=FILE for another build's Identity.Server or Identity.Server.dll",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [Candidate.Identity, YardstickCommand.Sqlite, YardstickCommand.Memory],
        };
        var tokens = new Option<int[]>("--tokens")
        {
            Description = "Refresh tokens that are there before the start; each number makes a server of its own",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [100],
        };
        var clients = new Option<int[]>("--clients")
        {
            Description = "How many clients ask at once",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 8, 32],
        };
        var rounds = new Option<int>("--rounds") { Description = "How often everything is measured, the servers taking turns", DefaultValueFactory = _ => 5 };
        var seconds = new Option<double>("--seconds") { Description = "How long each measurement takes", DefaultValueFactory = _ => 3 };
        var warmUp = new Option<int>("--warm-up") { Description = "Refresh grants of each server before anything is measured", DefaultValueFactory = _ => 20_000 };
        var limit = new Option<double>("--warm-up-seconds") { Description = "At most so long for each server", DefaultValueFactory = _ => 60 };
        var starts = new Option<int>("--starts") { Description = "How often each server is started, 0 for not at all", DefaultValueFactory = _ => 5 };
        var grantsOnly = new Option<bool>("--grants-only") { Description = "Measure no registrations" };
        var scope = new Option<string>("--scope") { Description = "The scopes asked for; with openid there is an ID token", DefaultValueFactory = _ => "offline_access" };
        var directory = new Option<string>("--directory") { Description = "Where the servers keep their files", DefaultValueFactory = _ => Path.GetTempPath() };
        var command = new Command("load", "Start whole servers and measure them side by side, on loopback.")
        {
            servers, tokens, clients, rounds, seconds, warmUp, limit, starts, grantsOnly, scope, directory,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var run = new LoadRun(new LoadOptions
            {
                Servers = result.GetRequiredValue(servers),
                Tokens = result.GetRequiredValue(tokens),
                Clients = result.GetRequiredValue(clients),
                Rounds = result.GetValue(rounds),
                Duration = TimeSpan.FromSeconds(result.GetValue(seconds)),
                WarmUp = result.GetValue(warmUp),
                WarmUpLimit = TimeSpan.FromSeconds(result.GetValue(limit)),
                Starts = result.GetValue(starts),
                Registrations = !result.GetValue(grantsOnly),
                Scope = result.GetRequiredValue(scope),
                Directory = result.GetRequiredValue(directory),
            });
            await run.ExecuteAsync(cancellationToken);
            return 0;
        });
        return command;
    }
}
