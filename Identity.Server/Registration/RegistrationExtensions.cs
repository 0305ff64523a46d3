using Identity.Server.Hosting;

namespace Identity.Server.Registration;

/// <summary>Dynamic client registration (RFC 7591).</summary>
internal static class RegistrationExtensions
{
    /// <summary>Adds what registers clients.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRegistration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<RegistrationOptions>(configuration, RegistrationOptions.Section);
        services.AddOpenIddict().AddCore(core => core.ReplaceApplicationManager(typeof(ClientManager<>)));
        services.AddScoped<GeneratedSecrets>();
        services.AddSingleton<ClientMetadataReader>();
        services.AddScoped<ClientRegistrar>();
        return services;
    }

    /// <summary>Maps the registration endpoint.</summary>
    /// <param name="endpoints">The server's endpoints.</param>
    /// <returns>The same endpoints.</returns>
    public static IEndpointRouteBuilder MapRegistration(this IEndpointRouteBuilder endpoints)
    {
        // As a plain request delegate: binding parameters would be compiled at each start.
        endpoints.MapPost(RegistrationEndpoint.Path, context => RegistrationEndpoint.HandleAsync(
            context,
            context.RequestServices.GetRequiredService<ClientMetadataReader>(),
            context.RequestServices.GetRequiredService<ClientRegistrar>()));
        return endpoints;
    }
}
