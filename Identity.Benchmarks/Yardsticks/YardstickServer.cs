using System.Security.Claims;
using System.Security.Cryptography;
using Identity.Benchmarks.Load;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Benchmarks.Yardsticks;

/// <summary>
/// A plain OpenIddict server: ES256 signatures, a symmetric encryption key, signed access tokens, reference refresh tokens rotated at
/// each use, and OpenIddict's defaults otherwise. It is the yardstick and is not tuned.
/// </summary>
/// <remarks>
/// Whoever asks for an authorization gets it at once: signing in is not what is measured. Like the server it logs warnings only, and
/// its tokens have the same form, so that the answers that are compared are the same.
/// </remarks>
internal static class YardstickServer
{
    private const string Subject = "alice";

    public static async Task<int> RunAsync(string store, string url, string directory, int seed, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddOpenIddict()
            .AddCore(core => AddStore(core, store, directory))
            .AddServer(AddServer);

        await using var app = builder.Build();
        app.MapPost(YardstickRegistration.Path, YardstickRegistration.HandleAsync);
        if (store is YardstickCommand.Sqlite)
        {
            SqliteStore.Prepare(app.Services);
        }

        if (seed > 0)
        {
            await TokenSeed.WriteAsync(app.Services, seed, cancellationToken);
        }

        await app.StartAsync(cancellationToken);

        // Ends with the load program, however that ended.
        while (await Console.In.ReadLineAsync(cancellationToken) is not null)
        {
        }

        await app.StopAsync(cancellationToken);
        return 0;
    }

    private static void AddStore(OpenIddictCoreBuilder core, string store, string directory)
    {
        if (store is YardstickCommand.Sqlite)
        {
            SqliteStore.Add(core, directory);
            return;
        }

        core.ReplaceApplicationStore<MemoryApplication, MemoryApplicationStore>(ServiceLifetime.Singleton).SetDefaultApplicationEntity<MemoryApplication>()
            .ReplaceAuthorizationStore<MemoryAuthorization, MemoryAuthorizationStore>(ServiceLifetime.Singleton).SetDefaultAuthorizationEntity<MemoryAuthorization>()
            .ReplaceTokenStore<MemoryToken, MemoryTokenStore>(ServiceLifetime.Singleton).SetDefaultTokenEntity<MemoryToken>()
            .SetDefaultScopeEntity<MemoryScope>();
        core.Services.AddSingleton(MemoryScope.CreateStore());
    }

    private static void AddServer(OpenIddictServerBuilder server)
    {
        server
            .SetAuthorizationEndpointUris("connect/authorize")
            .SetTokenEndpointUris("connect/token")
            .AllowAuthorizationCodeFlow()
            .AllowRefreshTokenFlow()
            .RequireProofKeyForCodeExchange()
            .UseReferenceRefreshTokens()
            .DisableAccessTokenEncryption()
            .RegisterScopes(Scopes.OpenId, Scopes.Profile, Scopes.Email, Scopes.OfflineAccess)
            .AddSigningKey(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)))
            .AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)))
            .AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(Allow))
            .UseAspNetCore()
            .DisableTransportSecurityRequirement();
    }

    private static ValueTask Allow(HandleAuthorizationRequestContext context)
    {
        var identity = new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, Subject).SetClaim(Claims.Name, Subject).SetClaim(Claims.PreferredUsername, Subject);
        identity.SetScopes(context.Request.GetScopes());
        identity.SetDestinations(claim => claim.Type is Claims.Subject ? [Destinations.AccessToken, Destinations.IdentityToken] : []);
        context.SignIn(new ClaimsPrincipal(identity));
        return default;
    }
}
