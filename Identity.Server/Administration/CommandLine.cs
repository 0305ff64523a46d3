using System.CommandLine;

namespace Identity.Server.Administration;

/// <summary>The commands, and the server itself when none is given.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command.</summary>
    /// <param name="args">As they were given to the program.</param>
    /// <returns>The exit code: 0 when all went well.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("An OAuth 2.1 and OpenID Connect server. Without a command it runs until it is stopped.")
        {
            UsersCommand.Create(),
            ClientsCommand.Create(),
            RegistrationTokensCommand.Create(),
            StorageCommand.Create(),
        };

        // Settings, such as --urls or --Identity:Issuer=…, are the host's to read.
        root.TreatUnmatchedTokensAsErrors = false;
        root.SetAction((result, cancellationToken) => result.UnmatchedTokens is [var first, ..] && IsWord(first)
            ? UnknownAsync(first)
            : ServerCommand.RunAsync([.. result.UnmatchedTokens], cancellationToken));

        // Nothing in a setting's value is a file to read arguments from.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            // Stopping is the host's own business: it finishes requests and folds the journal first.
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        });
    }

    private static bool IsWord(string token) => token[0] is not ('-' or '/') && !token.Contains('=', StringComparison.Ordinal);

    private static async Task<int> UnknownAsync(string word)
    {
        await Console.Error.WriteLineAsync($"There is no command '{word}'. --help lists what there is.");
        return 1;
    }
}
