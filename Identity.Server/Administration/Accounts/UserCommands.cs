using System.CommandLine;
using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Administration.Accounts;

/// <summary>What <c>users</c> does with one account: what the pages for administrators do, for when nobody can sign in to them.</summary>
internal static class UserCommands
{
    /// <summary>Creates the subcommands.</summary>
    /// <returns>The subcommands.</returns>
    public static IEnumerable<Command> Create()
    {
        yield return CreateInvite();
        yield return CreateFor("reset-password", "Print a link with which somebody chooses a new password, or takes an account that nobody has taken yet.", ShowLinkAsync);
        yield return CreateSetPassword();
        yield return CreateFor("remove-second-step", "Let somebody sign in with the password alone who has lost authenticator and recovery codes.", (services, user, _) =>
            ReportAsync(Administration(services).RemoveSecondStepAsync(user), $"Switched off the second step of the account '{user.UserName}'."));
        yield return CreateFor("disable", "Shut an account out: its sessions and links end now, its connections when they are used next.", (services, user, token) =>
            ReportAsync(Administration(services).SetDisabledAsync(user, isDisabled: true, token), $"Disabled the account '{user.UserName}'."));
        yield return CreateFor("enable", "Let an account in again, also one that wrong passwords have locked.", async (services, user, token) =>
        {
            (user.LockoutEnd, user.AccessFailedCount) = (null, 0);
            return await ReportAsync(Administration(services).SetDisabledAsync(user, isDisabled: false, token), $"Enabled the account '{user.UserName}'.");
        });
        yield return CreateFor("remove", "Remove an account, with its connections and all that is kept about the person.", (services, user, token) =>
            ReportAsync(Administration(services).RemoveAsync(user, token), $"Removed the account '{user.UserName}'."));
    }

    /// <summary>Says what became of a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="done">What is said when it was made.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> ReportAsync(Task<IdentityResult> change, string done)
    {
        ArgumentNullException.ThrowIfNull(change);
        var result = await change;
        foreach (var error in result.Errors)
        {
            await Console.Error.WriteLineAsync(error.Description);
        }

        if (result.Succeeded)
        {
            Console.WriteLine(done);
        }

        return result.Succeeded ? 0 : 1;
    }

    private static Command CreateInvite()
    {
        var name = OfflineCommand.CreateName("NAME", "The user name.");
        var displayName = new Option<string?>("--name") { Description = "What the person is called." };
        var email = new Option<string?>("--email") { Description = "The e-mail address." };
        var administrator = new Option<bool>("--administrator") { Description = "Make it an administrator." };
        var command = new Command("invite", "Create an account without a password, and print the link with which somebody takes it.")
        {
            name, displayName, email, administrator,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(
            result,
            async (services, token) =>
            {
                var user = new User
                {
                    UserName = result.GetRequiredValue(name),
                    DisplayName = result.GetValue(displayName) is { Length: > 0 } called ? called : null,
                    Email = result.GetValue(email) is { Length: > 0 } written ? written : null,
                    IsAdministrator = result.GetValue(administrator),
                };
                var exitCode = await ReportAsync(Administration(services).InviteAsync(user), $"Created the account '{user.UserName}'.");
                return exitCode is 0 ? await ShowLinkAsync(services, user, token) : exitCode;
            },
            cancellationToken));
        return command;
    }

    private static Command CreateSetPassword()
    {
        var password = new Option<bool>("--password-stdin") { Description = "Read the password from standard input, up to the end of the line.", Required = true };
        var command = CreateFor("set-password", "Give an account another password; its sessions end.", async (services, user, token) =>
        {
            if (await UsersCommand.ReadPasswordAsync(token) is not { } value)
            {
                return 1;
            }

            return await ReportAsync(
                services.GetRequiredService<AccountManager>().SetPasswordAsync(user, value), $"Changed the password of the account '{user.UserName}'.");
        });
        command.Add(password);
        return command;
    }

    private static Command CreateFor(string name, string description, Func<IServiceProvider, User, CancellationToken, Task<int>> run)
    {
        var userName = OfflineCommand.CreateName("NAME", "The user name.");
        var command = new Command(name, description) { userName };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(
            result,
            async (services, token) =>
            {
                OfflineCommand.RequireDirectory(services);
                if (await services.GetRequiredService<UserManager<User>>().FindByNameAsync(result.GetRequiredValue(userName)) is { } user)
                {
                    return await run(services, user, token);
                }

                await Console.Error.WriteLineAsync($"There is no account '{result.GetRequiredValue(userName)}'.");
                return 1;
            },
            cancellationToken));
        return command;
    }

    private static Task<int> ShowLinkAsync(IServiceProvider services, User user, CancellationToken cancellationToken)
    {
        var (address, expirationDate) = Administration(services).CreateLink(user, services.GetRequiredService<ServerAddress>().Find(context: null));
        Console.WriteLine(FormattableString.Invariant($"The link works once, until {expirationDate:yyyy-MM-dd HH:mm} (UTC), when the server runs: {address}"));
        return Task.FromResult(0);
    }

    private static AccountAdministration Administration(IServiceProvider services) => services.GetRequiredService<AccountAdministration>();
}
