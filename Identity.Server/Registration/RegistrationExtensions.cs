using Identity.Server.Hosting;
using Identity.Server.Hosting.RateLimits;
using Identity.Server.Registration.InitialAccess;
using Identity.Server.Registration.Management;
using Identity.Server.Registration.Statements;
using Identity.Server.Registration.Unused;
using Microsoft.Extensions.Options;

namespace Identity.Server.Registration;

/// <summary>Dynamic client registration (RFC 7591) and its management (RFC 7592).</summary>
internal static class RegistrationExtensions
{
    /// <summary>Adds what registers clients.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRegistration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<RegistrationOptions>(configuration, RegistrationOptions.Section);
        services.AddOpenIddict().AddServer(server => server.AddEventHandler(AdvertiseRegistration.Descriptor));
        services.AddCollection(InitialAccessTokens.Definition);
        services.AddSingleton<RegistrationTurns>();
        services.AddSingleton<ClientMetadataReader>();
        services.AddSingleton<SoftwareStatements>();
        services.AddScoped<IInitialAccessTokens, InitialAccessTokens>();
        services.AddScoped<ClientRegistrar>();
        services.AddScoped<ClientCreator>();
        services.AddScoped<RegistrationEndpoint>();
        services.AddScoped<ManagedClients>();
        services.AddScoped<ManagementEndpoint>();
        services.AddScoped<UnusedClients>();
        return services;
    }

    /// <summary>Maps the endpoints of registration, and those of its management, which stay where registration is closed.</summary>
    /// <param name="endpoints">The server's endpoints.</param>
    /// <returns>The same endpoints.</returns>
    public static IEndpointRouteBuilder MapRegistration(this IEndpointRouteBuilder endpoints)
    {
        // As plain request delegates: binding parameters would be compiled at each start.
        if (endpoints.ServiceProvider.GetRequiredService<IOptions<RegistrationOptions>>().Value.Mode is not RegistrationMode.Closed)
        {
            endpoints.MapPost(RegistrationEndpoint.Path, Limited(context => Get<RegistrationEndpoint>(context).HandleAsync(context)));
        }

        const string Client = RegistrationEndpoint.Path + "/{" + ManagementEndpoint.ClientId + "}";
        endpoints.MapGet(Client, Limited(context => Get<ManagementEndpoint>(context).ReadAsync(context)));
        endpoints.MapPut(Client, Limited(context => Get<ManagementEndpoint>(context).UpdateAsync(context)));
        endpoints.MapDelete(Client, Limited(context => Get<ManagementEndpoint>(context).DeleteAsync(context)));
        return endpoints;
    }

    private static RequestDelegate Limited(RequestDelegate handle)
        => async context =>
        {
            if (await context.RequestServices.GetRequiredService<RateLimiters>().Registration.AdmitAsync(context))
            {
                await handle(context);
            }
        };

    private static T Get<T>(HttpContext context)
        where T : class
        => context.RequestServices.GetRequiredService<T>();
}
