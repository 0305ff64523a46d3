using System.CommandLine;
using System.Text.Json;
using Identity.Server.Registration;
using OpenIddict.Abstractions;

namespace Identity.Server.Administration;

/// <summary><c>clients</c>: those that registered themselves, and those that an administrator creates, while the server is stopped.</summary>
internal static class ClientsCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command with its subcommands.</returns>
    public static Command Create() => new("clients", "Manage clients while the server is stopped.") { CreateCreate(), CreateList(), CreateShow(), CreateRemove() };

    private static Command CreateCreate()
    {
        var name = OfflineCommand.CreateName("NAME", "What people see when it asks for something.");
        var redirectUris = new Option<string[]>("--redirect-uri") { Description = "Where it receives authorization responses; may be given several times." };
        var introspects = new Option<string[]>("--introspects") { Description = "A resource whose tokens it may look at (introspection), as a resource server does; may be given several times." };
        var isPublic = new Option<bool>("--public") { Description = "It cannot keep a secret: an application on a device, or in a browser." };
        var command = new Command("create", "Create a client, which is never removed by itself. Its secret is shown once.") { name, redirectUris, introspects, isPublic };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(
            result,
            (services, token) => CreateAsync(
                services, result.GetRequiredValue(name), result.GetValue(redirectUris) ?? [], result.GetValue(introspects) ?? [], result.GetValue(isPublic), token),
            cancellationToken));
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List the clients.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(result, ListAsync, cancellationToken));
        return command;
    }

    private static Command CreateShow() => CreateForOne("show", "Show what a client is registered with.", async (services, application, cancellationToken) =>
    {
        var descriptor = await DescribeAsync(services, application, cancellationToken);
        var shown = new SortedDictionary<string, JsonElement>(descriptor.Properties, StringComparer.Ordinal);
        shown.Remove(ClientRegistrar.ManagementProperty);
        Console.WriteLine(string.Join("  ", new[] { descriptor.ClientId, descriptor.ClientType, descriptor.ApplicationType, descriptor.DisplayName }.OfType<string>()));
        foreach (var line in descriptor.RedirectUris.Select(uri => $"redirect URI  {uri.OriginalString}").Concat(descriptor.Permissions.Order(StringComparer.Ordinal).Select(permission => $"permission  {permission}")))
        {
            Console.WriteLine(line);
        }

        foreach (var (property, value) in shown)
        {
            Console.WriteLine($"{property}  {value.GetRawText()}");
        }
    });

    private static Command CreateRemove() => CreateForOne("remove", "Remove a client, its connections and what users have agreed to.", async (services, application, cancellationToken) =>
    {
        var descriptor = await DescribeAsync(services, application, cancellationToken);
        await services.GetRequiredService<IOpenIddictApplicationManager>().DeleteAsync(application, cancellationToken);
        Console.WriteLine($"Removed the client '{descriptor.ClientId}'.");
    });

    private static Command CreateForOne(string name, string description, Func<IServiceProvider, object, CancellationToken, Task> action)
    {
        var id = OfflineCommand.CreateName("ID", "The client's identifier, which is the first column of the list.");
        var command = new Command(name, description) { id };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(
            result,
            async (services, token) =>
            {
                OfflineCommand.RequireDirectory(services);
                var clientId = result.GetRequiredValue(id);
                if (await services.GetRequiredService<IOpenIddictApplicationManager>().FindByClientIdAsync(clientId, token) is not { } application)
                {
                    await Console.Error.WriteLineAsync($"There is no client '{clientId}'. 'clients list' lists what there is.");
                    return 1;
                }

                await action(services, application, token);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> CreateAsync(
        IServiceProvider services, string name, string[] redirectUris, string[] introspects, bool isPublic, CancellationToken cancellationToken)
    {
        try
        {
            var client = await services.GetRequiredService<ClientCreator>().CreateAsync(name, redirectUris, introspects, isPublic, cancellationToken);
            Console.WriteLine($"Created the client '{client.Id}'.{(client.Secret is null ? "" : " Its secret is shown this once:")}");
            if (client.Secret is { } secret)
            {
                Console.WriteLine(secret);
            }

            return 0;
        }
        catch (RegistrationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Error.Description);
            return 1;
        }
    }

    private static async Task<int> ListAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        OfflineCommand.RequireDirectory(services);
        var applications = services.GetRequiredService<IOpenIddictApplicationManager>();
        var lines = new List<string>();
        await foreach (var application in applications.ListAsync(cancellationToken: cancellationToken))
        {
            var descriptor = await DescribeAsync(services, application, cancellationToken);
            var origin = descriptor.Properties.TryGetValue(ClientRegistrar.IssuedAtProperty, out var issuedAt)
                ? $"registered {DateTimeOffset.FromUnixTimeSeconds(issuedAt.GetInt64()):yyyy-MM-dd}"
                : "created";
            lines.Add(string.Join("  ", new[] { descriptor.ClientId, descriptor.ClientType, origin, descriptor.DisplayName }.OfType<string>()));
        }

        lines.ForEach(Console.WriteLine);
        return 0;
    }

    private static async Task<OpenIddictApplicationDescriptor> DescribeAsync(IServiceProvider services, object application, CancellationToken cancellationToken)
    {
        var descriptor = new OpenIddictApplicationDescriptor();
        await services.GetRequiredService<IOpenIddictApplicationManager>().PopulateAsync(descriptor, application, cancellationToken);
        return descriptor;
    }
}
