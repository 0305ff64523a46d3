namespace Identity.Server.Clients;

/// <summary>What is the same for all clients, however they made themselves known: how they are found, their secrets, and where they may be sent.</summary>
internal static class ClientsExtensions
{
    /// <summary>Has OpenIddict look after clients by the server's rules.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddClients(this IServiceCollection services)
    {
        services.AddScoped<GeneratedSecrets>();
        services.AddOpenIddict().AddCore(core => core.ReplaceApplicationManager(typeof(ClientManager<>)));
        return services;
    }
}
