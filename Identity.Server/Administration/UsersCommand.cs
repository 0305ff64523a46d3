using System.CommandLine;
using Identity.Server.Accounts.Invitations;
using Identity.Server.Administration.Accounts;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Administration;

/// <summary><c>users</c>: accounts, while the server is stopped.</summary>
internal static class UsersCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command with its subcommands.</returns>
    public static Command Create()
    {
        var command = new Command("users", "Manage accounts while the server is stopped.") { CreateAdd(), CreateList() };
        foreach (var subcommand in UserCommands.Create())
        {
            command.Add(subcommand);
        }

        return command;
    }

    /// <summary>Reads a password from standard input, and says so where there is none.</summary>
    /// <param name="cancellationToken">Ends the waiting for it.</param>
    /// <returns>The password, or null.</returns>
    public static async Task<string?> ReadPasswordAsync(CancellationToken cancellationToken)
    {
        if (await Console.In.ReadLineAsync(cancellationToken) is { Length: > 0 } password)
        {
            return password;
        }

        await Console.Error.WriteLineAsync("There is no password on standard input.");
        return null;
    }

    private static Command CreateAdd()
    {
        var name = OfflineCommand.CreateName("NAME", "The user name.");
        var password = new Option<bool>("--password-stdin") { Description = "Read the password from standard input, up to the end of the line.", Required = true };
        var email = new Option<string?>("--email") { Description = "The e-mail address." };
        var administrator = new Option<bool>("--administrator") { Description = "Make it an administrator; the first account always is one." };
        var command = new Command("add", "Create an account.") { name, password, email, administrator };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(
            result, (services, token) => AddAsync(
                services, result.GetRequiredValue(name), result.GetValue(email), result.GetValue(administrator), token), cancellationToken));
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List the accounts.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(result, ListAsync, cancellationToken));
        return command;
    }

    private static async Task<int> AddAsync(IServiceProvider services, string name, string? email, bool isAdministrator, CancellationToken cancellationToken)
    {
        if (await ReadPasswordAsync(cancellationToken) is not { } password)
        {
            return 1;
        }

        var isFirst = services.GetRequiredService<Collection<User>>().Count is 0;
        var user = new User
        {
            UserName = name,
            Email = string.IsNullOrWhiteSpace(email) ? null : email,
            IsAdministrator = isAdministrator || isFirst,
            CreationDate = services.GetRequiredService<TimeProvider>().GetUtcNow(),
        };
        return await UserCommands.ReportAsync(
            services.GetRequiredService<UserManager<User>>().CreateAsync(user, password),
            $"Created the account '{name}'{(user.IsAdministrator ? ", an administrator" : "")}.");
    }

    private static Task<int> ListAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        OfflineCommand.RequireDirectory(services);
        foreach (var user in services.GetRequiredService<Collection<User>>().List().OrderBy(user => user.UserName, StringComparer.OrdinalIgnoreCase))
        {
            var notes = new[] { user.Email, user.IsAdministrator ? "administrator" : null, user.IsDisabled ? "disabled" : null, Invitation.IsOpenFor(user) ? "invited" : null }.OfType<string>();
            Console.WriteLine(string.Join("  ", notes.Prepend(user.UserName!)));
        }

        return Task.FromResult(0);
    }
}
