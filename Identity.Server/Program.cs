using Identity.Server.Administration;
using Identity.Server.Discovery;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Identity.Server.Maintenance;
using Identity.Server.Tokens;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;
using static OpenIddict.Abstractions.OpenIddictConstants;

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
        AddStorage(builder);
        AddProtocol(builder);
        builder.Services.AddKeys();
        builder.Services.AddMaintenance(builder.Configuration);
        configure?.Invoke(builder);

        var app = builder.Build().UseHosting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealth();
        return app;
    }

    private static void AddStorage(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(provider => StorageDirectory.Open(
            new FileSystemStorageOptions { Directory = provider.GetRequiredService<IOptions<IdentityServerOptions>>().Value.StorageDirectory },
            [HealthProbe.Definition],
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StorageDirectory>>()));
    }

    private static void AddProtocol(WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<TokenOptions>(builder.Configuration, TokenOptions.Section);
        builder.Services.AddAuthorization();
        builder.Services.AddOpenIddict()
            .AddCore(_ => { })
            .AddServer(server =>
            {
                server.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().RequireProofKeyForCodeExchange();
                server.SetAuthorizationEndpointUris("connect/authorize")
                    .SetPushedAuthorizationEndpointUris("connect/par")
                    .SetTokenEndpointUris("connect/token")
                    .SetUserInfoEndpointUris("connect/userinfo")
                    .SetIntrospectionEndpointUris("connect/introspect")
                    .SetRevocationEndpointUris("connect/revoke")
                    .SetEndSessionEndpointUris("connect/logout");
                server.RegisterScopes(Scopes.OpenId, Scopes.Profile, Scopes.Email, Scopes.OfflineAccess);

                // Resource servers elsewhere read access tokens; what they hold is no secret to the client.
                server.DisableAccessTokenEncryption();
                server.AddDiscovery();
                server.UseAspNetCore().EnableStatusCodePagesIntegration();
            })
            .AddValidation(validation =>
            {
                validation.UseLocalServer();
                validation.UseAspNetCore();
                validation.EnableTokenEntryValidation();
            });
    }
}
