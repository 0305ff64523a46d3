using Identity.Server.Accounts.Profile;
using Identity.Server.Authorization.Consents;

namespace Identity.Server.Authorization;

/// <summary>What a person does with a browser on the way from a client and back to it.</summary>
internal static class AuthorizationExtensions
{
    /// <summary>Adds the authorization and end session endpoints' pages, and the consents they rest on.</summary>
    public static IServiceCollection AddAuthorizationPages(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddCollection(ConsentStore.Definition);
        services.AddSingleton<IConsentStore, ConsentStore>();
        services.AddScoped<IPersonalData, ConsentData>();
        services.AddScoped<ScopeText>();
        services.AddScoped<ConsentQuestions>();

        services.AddOpenIddict().AddServer(server =>
        {
            // What a client asked for waits in memory while its user signs in, under a name that fits into an address.
            server.EnableAuthorizationRequestCaching();
            server.AddEventHandler(ReturnErrorsToClient.Descriptor);
            server.AddEventHandler(AnswerInOfferedMode.Descriptor);
            server.AddEventHandler(AllowFormPost.Descriptor);
            server.UseAspNetCore()
                .EnableAuthorizationEndpointPassthrough()
                .EnableEndSessionEndpointPassthrough()
                .EnableStatusCodePagesIntegration();
        });

        return services;
    }
}
