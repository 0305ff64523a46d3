using Identity.Server.Accounts;
using Identity.Server.Administration;
using Identity.Server.Authorization;
using Identity.Server.ClientDocuments;
using Identity.Server.Clients;
using Identity.Server.Device;
using Identity.Server.Discovery;
using Identity.Server.Hosting;
using Identity.Server.Hosting.Events;
using Identity.Server.Keys;
using Identity.Server.Maintenance;
using Identity.Server.Pages;
using Identity.Server.Registration;
using Identity.Server.Resources;
using Identity.Server.Tokens;

namespace Identity.Server;

/// <summary>The table of contents: what the server is made of, and in which order.</summary>
internal static class Program
{
    /// <summary>Runs the server, or a command.</summary>
    /// <param name="args">A command, or host arguments.</param>
    /// <returns>0 when all went well.</returns>
    public static Task<int> Main(string[] args) => CommandLine.RunAsync(args);

    /// <summary>Builds the application, without starting it.</summary>
    /// <param name="args">Host arguments.</param>
    /// <param name="configure">Replaces parts of it, for tests.</param>
    /// <returns>The application.</returns>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = IdentityHost.CreateBuilder(args).AddHosting();
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddStorage();
        services.AddKeys();
        services.AddMaintenance(configuration);
        services.AddAccounts(configuration);
        services.AddAuthorizationPages(configuration);
        services.AddPages(configuration);
        services.AddClients();
        services.AddRegistration(configuration);
        services.AddClientDocuments(configuration);
        services.AddValidatedOptions<TokenOptions>(configuration, TokenOptions.Section);
        services.AddAuthorization();
        services.AddOpenIddict()
            .AddCore(core => core.UseFileSystem())
            .AddServer(server => AddEndpoints(server, configuration))
            .AddValidation(AddValidation);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseHosting();
        app.UseMiddleware<AnswerAgainMiddleware>();
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }

    /// <summary>Starts an application that was built.</summary>
    /// <param name="app">The application.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>A task that completes when requests are answered.</returns>
    public static Task StartAsync(WebApplication app, CancellationToken cancellationToken) => app.StartServerAsync(MapEndpoints, cancellationToken);

    private static void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealth();
        endpoints.MapRegistration();
        endpoints.MapPages();
    }

    private static void AddEndpoints(OpenIddictServerBuilder server, IConfiguration configuration)
    {
        server.SetAuthorizationEndpointUris("connect/authorize").SetPushedAuthorizationEndpointUris("connect/par");
        server.AddResources(configuration);
        server.AddTokens();
        server.AddDevice();
        server.AddDiscovery();
        server.UseAspNetCore().SuppressJsonResponseIndentation();
        server.UseEventTables();
    }

    // For endpoints of the server's own that take access tokens: with the entry, so that a revoked one is refused at once.
    private static void AddValidation(OpenIddictValidationBuilder validation)
    {
        validation.UseLocalServer();
        validation.EnableTokenEntryValidation();
        validation.UseAspNetCore();
    }
}
