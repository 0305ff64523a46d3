using Identity.Server.Accounts.Profile;
using Identity.Server.ClientDocuments.Authentication;
using Identity.Server.ClientDocuments.Fetching;
using Identity.Server.Hosting;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.ClientDocuments;

/// <summary>Clients whose identifier is the address of their description, and clients that prove who they are with keys.</summary>
internal static class ClientDocumentsExtensions
{
    /// <summary>Adds what finds such clients and authenticates them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddClientDocuments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<ClientDocumentOptions>(configuration, ClientDocumentOptions.Section);
        services.AddFetching();
        services.AddSingleton<ClientDocumentAddress>();
        services.AddSingleton<ClientDocumentReader>();
        services.AddSingleton(provider => new RemoteCopies<ClientDocument>(
            provider.GetRequiredService<GuardedFetcher>(),
            provider.GetRequiredService<ClientDocumentReader>().Read,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RemoteCopies<ClientDocument>>>()));
        services.AddSingleton(provider => new RemoteCopies<ClientKeys>(
            provider.GetRequiredService<GuardedFetcher>(),
            (_, body) => ClientKeys.Read(body),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RemoteCopies<ClientKeys>>>()));
        services.AddCollection(DocumentConsents.Definition);
        services.AddScoped<DocumentConsents>();
        services.AddScoped<IPersonalData, DocumentConsentData>();
        services.AddScoped<RequestedClients>();
        services.AddScoped<ClientDocumentLoader>();
        services.AddScoped<ClientKeySource>();
        services.AddSingleton<UsedAssertions>();
        services.AddOpenIddict().AddServer(server => server
            .RemoveEventHandler(ValidateClientAssertion.Descriptor)
            .RemoveEventHandler(ValidateClientAssertionWellknownClaims.Descriptor)
            .RemoveEventHandler(ValidateClientAssertionIssuer.Descriptor)
            .AddEventHandler(LoadAuthorizingClient.Descriptor)
            .AddEventHandler(LoadRequestedClient.Descriptor)
            .AddEventHandler(AuthenticateWithAssertion.Descriptor)
            .AddEventHandler(KeepConsentedClient.Descriptor)
            .AddEventHandler(AdvertiseClientDocuments.Descriptor));
        return services;
    }
}
