using Identity.Server.Accounts.Profile;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Client;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Accounts.Providers;

/// <summary>Sign-in with an identity at Google, Microsoft Entra ID or any other OpenID Connect provider, and who may enter that way.</summary>
internal static class ProvidersExtensions
{
    // A sign-in elsewhere with a second factor, a forgotten password and a look for the telephone takes its time.
    private static readonly TimeSpan StateLifetime = TimeSpan.FromMinutes(15);

    // A person waits for it, and a provider's documents are small.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const int MaximumResponseSize = 512 * 1024;

    /// <summary>Adds the settings and, where a provider is configured, OpenIddict's client.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddProviders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<ProvidersOptions>(configuration, ProvidersOptions.Section);
        services.AddValidatedOptions<AdmissionOptions>(configuration, AdmissionOptions.Section);
        services.AddValidatedOptions<LocalAccountsOptions>(configuration, LocalAccountsOptions.Section);
        services.AddSingleton<IValidateOptions<AdmissionOptions>, AdmissionOptions.GroupsHaveProviders>();
        services.AddSingleton<IValidateOptions<LocalAccountsOptions>, LocalAccountsOptions.OthersExist>();
        services.AddSingleton<ExternalProviders>();
        services.AddSingleton<AdmissionPolicy>();
        services.AddScoped<ExternalAccounts>();
        services.AddScoped<IPersonalData, LoginData>();

        // Most servers have none, and need not wait for this at each start, nor look at each request for an answer of one.
        var providers = configuration.GetSection(ProvidersOptions.Section).Get<ProvidersOptions>();
        if (providers is { IsAny: true })
        {
            services.AddOpenIddict().AddClient(client => AddClient(client, providers, configuration));
        }

        return services;
    }

    private static void AddClient(OpenIddictClientBuilder client, ProvidersOptions providers, IConfiguration configuration)
    {
        var isPublic = Uri.TryCreate(configuration["Identity:Issuer"], UriKind.Absolute, out var issuer) && issuer.Scheme == Uri.UriSchemeHttps;
        client.AllowAuthorizationCodeFlow();
        client.SetStateTokenLifetime(StateLifetime);
        client.Configure(options => options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain));
        client.Services.AddSingleton<IConfigureOptions<OpenIddictClientOptions>, ClientKeys>();
        client.UseAspNetCore()
            .EnableRedirectionEndpointPassthrough()
            .EnableErrorPassthrough()
            .DisableAutomaticAuthenticationSchemeForwarding()
            // Whether a connection is secure enough is decided by HostMiddleware and the issuer, for all pages alike.
            .DisableTransportSecurityRequirement()
            .Configure(options =>
            {
                options.CookieBuilder.Name = isPublic ? "__Host-identity-external" : "identity-external";
                options.CookieBuilder.Path = "/";
                options.CookieBuilder.SameSite = SameSiteMode.Lax;
                options.CookieBuilder.SecurePolicy = isPublic ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            });
        client.UseSystemNetHttp()
            .Configure(options => options.HttpResiliencePipeline = null)
            .ConfigureHttpClient(http =>
            {
                http.Timeout = Patience;
                http.MaxResponseContentBufferSize = MaximumResponseSize;
            });
        client.AddEventHandler(AssumeProofKeys.Descriptor);
        client.AddEventHandler(KeepToIdentityToken.Descriptor);
        client.AddEventHandler(NoteChallengeFailure.Descriptor);
        client.AddEventHandler(NoteReturn.Descriptor);
        AddRegistrations(client, providers);
    }

    private static void AddRegistrations(OpenIddictClientBuilder client, ProvidersOptions providers)
    {
        // What is not whole is refused a little later, with words.
        if (providers.Google is { IsConfigured: true, IsComplete: true })
        {
            client.UseWebProviders().AddGoogle(google => google
                .SetRegistrationId(ExternalProvider.Google)
                .SetClientId(providers.Google.ClientId)
                .SetClientSecret(providers.Google.ClientSecret)
                .SetPrompt(PromptValues.SelectAccount)
                .AddScopes(Scopes.Email, Scopes.Profile)
                .SetRedirectUri(RedirectUri(ExternalProvider.Google)));
        }

        if (providers.Microsoft is { IsConfigured: true, IsComplete: true, IsTenantAllowed: true })
        {
            client.UseWebProviders().AddMicrosoft(microsoft => microsoft
                .SetRegistrationId(ExternalProvider.Microsoft)
                .SetClientId(providers.Microsoft.ClientId)
                .SetClientSecret(providers.Microsoft.ClientSecret)
                .SetTenant(providers.Microsoft.Tenant)
                .AddScopes(Scopes.Profile)
                .SetRedirectUri(RedirectUri(ExternalProvider.Microsoft)));
        }

        foreach (var provider in providers.OpenIdConnect)
        {
            var registration = new OpenIddictClientRegistration
            {
                RegistrationId = provider.Name,
                Issuer = new Uri(provider.Issuer, UriKind.RelativeOrAbsolute),
                ClientId = provider.ClientId,
                ClientSecret = provider.ClientSecret is { Length: > 0 } secret ? secret : null,
                RedirectUri = new Uri(RedirectUri(provider.Name), UriKind.Relative),
                Scopes = { Scopes.OpenId },
            };
            registration.Scopes.UnionWith(provider.Scopes is [] ? [Scopes.Profile, Scopes.Email] : provider.Scopes);
            client.AddRegistration(registration);
        }
    }

    private static string RedirectUri(string provider) => ExternalChallenge.CallbackRoute(provider)[1..];

    private sealed class ClientKeys(KeyRing ring) : IConfigureOptions<OpenIddictClientOptions>
    {
        public void Configure(OpenIddictClientOptions options)
        {
            options.SigningCredentials.AddRange(ring.GetSigningKeys().Select(key => new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256)));
            options.EncryptionCredentials.AddRange(ring.GetEncryptionKeys()
                .Select(key => new EncryptingCredentials(key, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512)));
        }
    }
}
