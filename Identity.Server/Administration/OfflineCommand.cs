using System.CommandLine;
using Identity.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Identity.Server.Administration;

/// <summary>A command that works on the storage directory itself, which is why the server must not run.</summary>
internal static class OfflineCommand
{
    private const string Setting = "--Identity:";

    /// <summary>Builds the server without starting it and runs a command with its services.</summary>
    /// <param name="result">The command line; what no option took are settings, as <c>--Identity:StorageDirectory=PATH</c>.</param>
    /// <param name="command">What to do; it returns the exit code.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(ParseResult result, Func<IServiceProvider, CancellationToken, Task<int>> command, CancellationToken cancellationToken)
        => RunAsync(result.UnmatchedTokens, command, cancellationToken);

    /// <summary>Builds the server without starting it and runs a command with its services.</summary>
    /// <param name="settings">Settings, as <c>--Identity:StorageDirectory=PATH</c>.</param>
    /// <param name="command">What to do; it returns the exit code.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> settings, Func<IServiceProvider, CancellationToken, Task<int>> command, CancellationToken cancellationToken)
    {
        if (settings.Where((token, index) => !IsSetting(token) && !IsValueOfSetting(settings, index)).FirstOrDefault() is { } stray)
        {
            await Console.Error.WriteLineAsync($"'{stray}' is not understood. --help lists what there is.");
            return 1;
        }

        return await FailureReport.RunAsync(async () =>
        {
            await using var app = Program.Build([.. settings], builder => builder.Logging.AddFilter(category: null, LogLevel.Warning));
            await using var scope = app.Services.CreateAsyncScope();
            return await command(scope.ServiceProvider, cancellationToken);
        });
    }

    /// <summary>Checks that there is a storage directory, for commands that only look: opening it would create it.</summary>
    /// <param name="services">The services that the command was given.</param>
    /// <exception cref="StartupException">There is none.</exception>
    public static void RequireDirectory(IServiceProvider services)
    {
        var path = Path.GetFullPath(services.GetRequiredService<IOptions<IdentityServerOptions>>().Value.StorageDirectory);
        if (!Directory.Exists(path))
        {
            throw new StartupException($"There is no storage directory at '{path}'. Name it with --Identity:StorageDirectory=PATH.");
        }
    }

    /// <summary>Creates an argument for a name, which a setting that stands in its place does not become.</summary>
    /// <param name="name">What it is called in the help.</param>
    /// <param name="description">What it is.</param>
    /// <returns>The argument.</returns>
    public static Argument<string> CreateName(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var value }] && IsSetting(value))
            {
                result.AddError($"The {name} is missing before '{value}'.");
            }
        });
        return argument;
    }

    /// <summary>Tells the settings from the other values of an argument that takes any number of them.</summary>
    /// <param name="values">What stands on the command line.</param>
    /// <returns>The values, and the settings among them.</returns>
    public static (string[] Values, string[] Settings) Split(string[] values)
    {
        var settings = values.Where((value, index) => value.StartsWith('-') || IsValueOfSetting(values, index)).ToArray();
        return ([.. values.Except(settings)], settings);
    }

    private static bool IsValueOfSetting(IReadOnlyList<string> tokens, int index)
        => index > 0 && IsSetting(tokens[index - 1]) && !tokens[index - 1].Contains('=', StringComparison.Ordinal);

    private static bool IsSetting(string token) => token.StartsWith(Setting, StringComparison.OrdinalIgnoreCase);
}
