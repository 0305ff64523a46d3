using System.CommandLine;
using System.Globalization;
using Identity.Server.Registration.InitialAccess;

namespace Identity.Server.Administration;

/// <summary><c>registration-tokens</c>: what allows clients to be registered where registration is not open, while the server is stopped.</summary>
internal static class RegistrationTokensCommand
{
    private const int MaximumUses = 1_000_000;

    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(7);
    private static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(3_650);

    /// <summary>Creates the command.</summary>
    /// <returns>The command with its subcommands.</returns>
    public static Command Create() => new("registration-tokens", "Manage initial access tokens, with which clients register, while the server is stopped.")
    {
        CreateCreate(),
        CreateList(),
        CreateRevoke(),
    };

    private static Command CreateCreate()
    {
        var uses = new Option<int>("--uses") { Description = "How many clients may be registered with it; 1 unless given.", DefaultValueFactory = _ => 1 };
        var expires = new Option<string?>("--expires") { Description = "How long it can be used, as days.hours:minutes:seconds; 7.00:00:00 unless given." };
        var name = new Option<string?>("--name") { Description = "What to call it in the list." };
        var command = new Command("create", "Make a token and print it; it is shown this once.") { uses, expires, name };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(
            result, (services, token) => CreateAsync(services, result.GetValue(name), result.GetValue(uses), result.GetValue(expires), token), cancellationToken));
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List the tokens.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(result, ListAsync, cancellationToken));
        return command;
    }

    private static Command CreateRevoke()
    {
        var id = OfflineCommand.CreateName("ID", "The first column of the list.");
        var command = new Command("revoke", "End a token; clients that were registered with it stay.") { id };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(
            result, (services, token) => RevokeAsync(services, result.GetRequiredValue(id), token), cancellationToken));
        return command;
    }

    private static async Task<int> CreateAsync(IServiceProvider services, string? name, int uses, string? expires, CancellationToken cancellationToken)
    {
        if (uses is < 1 or > MaximumUses)
        {
            await Console.Error.WriteLineAsync($"--uses is {uses}, which is not allowed. Allowed: from 1 to {MaximumUses}.");
            return 1;
        }

        // A bare number would be read as days, which nobody means who writes 3600.
        var lifetime = DefaultLifetime;
        if (expires is not null
            && !(expires.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(expires, CultureInfo.InvariantCulture, out lifetime)
                && lifetime > TimeSpan.Zero && lifetime <= MaximumLifetime))
        {
            await Console.Error.WriteLineAsync(
                $"--expires is '{expires}', which is not allowed. Allowed: a time as hours:minutes:seconds or days.hours:minutes:seconds, up to {MaximumLifetime}.");
            return 1;
        }

        var (token, value) = await services.GetRequiredService<IInitialAccessTokens>().CreateAsync(name, uses, lifetime, cancellationToken);
        Console.WriteLine($"Created the token '{token.Id}', for {Count(token.MaximumUses)} until {Date(token.ExpirationDate)}. It is shown this once:");
        Console.WriteLine(value);
        return 0;
    }

    private static Task<int> ListAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        OfflineCommand.RequireDirectory(services);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var token in services.GetRequiredService<IInitialAccessTokens>().List())
        {
            var state = token.ExpirationDate <= now ? "expired" : token.Uses >= token.MaximumUses ? "used up" : $"until {Date(token.ExpirationDate)}";
            Console.WriteLine(string.Join("  ", new[] { token.Id, $"{token.Uses} of {Count(token.MaximumUses)}", state, token.Name }.OfType<string>()));
        }

        return Task.FromResult(0);
    }

    private static async Task<int> RevokeAsync(IServiceProvider services, string id, CancellationToken cancellationToken)
    {
        OfflineCommand.RequireDirectory(services);
        if (!await services.GetRequiredService<IInitialAccessTokens>().RevokeAsync(id, cancellationToken))
        {
            await Console.Error.WriteLineAsync($"There is no token '{id}'. 'registration-tokens list' lists what there is.");
            return 1;
        }

        Console.WriteLine($"Revoked the token '{id}'.");
        return 0;
    }

    private static string Count(int uses) => uses is 1 ? "1 client" : $"{uses} clients";

    private static string Date(DateTimeOffset date) => date.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
