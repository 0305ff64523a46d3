using System.Net;
using Identity.Server.Hosting.RateLimits;
using Identity.Server.Pages;
using Identity.Server.Tokens;
using Identity.Stores.FileSystem;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Identity.Server.Hosting;

/// <summary>What every request meets, and how the server starts.</summary>
internal static class HostingExtensions
{
    private const string Ready = "ready";

    /// <summary>Adds settings, limits, forwarded headers, CORS, health checks and the order of the start.</summary>
    /// <param name="builder">The application.</param>
    /// <returns>The same application.</returns>
    public static WebApplicationBuilder AddHosting(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<IdentityServerOptions>(builder.Configuration, IdentityServerOptions.Section);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ListeningAddresses>();
        services.AddSingleton<ServerAddress>();
        services.AddValidatedOptions<RateLimitOptions>(builder.Configuration, RateLimitOptions.Section);
        services.AddSingleton<NetworkShares>();
        services.AddSingleton<RateLimiters>();

        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestLimits.MaximumBodySize;
        });
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<IdentityServerOptions>>((forwarded, settings) => TrustProxies(forwarded, settings.Value.Proxies));
        services.AddHsts(hsts => hsts.MaxAge = TimeSpan.FromDays(365));
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .AllowAnyOrigin()
            .WithMethods("GET", "POST")
            .WithHeaders("Authorization", "Content-Type", "Accept", "MCP-Protocol-Version")
            .WithExposedHeaders("WWW-Authenticate", "Retry-After")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));

        services.AddSingleton<StorageHealthCheck>();
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            "storage", provider => provider.GetRequiredService<StorageHealthCheck>(), HealthStatus.Unhealthy, [Ready], TimeSpan.FromSeconds(10)));
        return builder;
    }

    /// <summary>Says where the storage directory is, and that the health check keeps its records there.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddOptions<FileSystemStorageOptions>().Configure<IOptions<IdentityServerOptions>, IOptions<TokenOptions>>((storage, settings, tokens) =>
        {
            storage.Directory = settings.Value.StorageDirectory;
            storage.ExpiryTolerance = tokens.Value.RefreshTokenLifetime;
        });
        return services.AddCollection(HealthProbe.Definition);
    }

    /// <summary>Adds what stands before the endpoints, in the order in which a request meets it.</summary>
    /// <param name="app">The application.</param>
    /// <returns>The same application.</returns>
    public static WebApplication UseHosting(this WebApplication app)
    {
        app.CheckSettings();
        var issuer = app.Services.GetRequiredService<IOptions<IdentityServerOptions>>().Value.GetIssuer();
        app.UseForwardedHeaders();
        app.UseMiddleware<HostMiddleware>();
        if (issuer is { Scheme: "https" })
        {
            app.UseHsts();
        }

        app.UseMiddleware<PathMiddleware>(new PathString(issuer is { AbsolutePath.Length: > 1 } ? issuer.AbsolutePath : null));
        app.UseWhen(context => RequestPaths.IsShared(context.Request.Path), shared => shared.UseCors());
        app.UsePageHeaders();
        app.Use((context, next) =>
        {
            // Whoever sends the response may say otherwise; most of what is under these paths is somebody's secret.
            if (RequestPaths.IsPersonal(context.Request.Path))
            {
                context.Response.Headers.CacheControl = "no-store";
            }

            return next(context);
        });
        app.Use((context, next) =>
        {
            // 302 leaves open what becomes of a form that was posted, 303 does not (RFC 9700 §4.12).
            if (HttpMethods.IsPost(context.Request.Method))
            {
                context.Response.OnStarting(static state =>
                {
                    var response = (HttpResponse)state;
                    if (response.StatusCode is StatusCodes.Status302Found)
                    {
                        response.StatusCode = StatusCodes.Status303SeeOther;
                    }

                    return Task.CompletedTask;
                }, context.Response);
            }

            return next(context);
        });
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<FormGuardMiddleware>();
        app.UseWhen(context => !context.Request.Path.StartsWithSegments("/health"), rest => rest.UseMiddleware<UnitOfWorkMiddleware>());

        // Here and not where the framework would put it: paths have their final form only now.
        app.UseRouting();
        return app;
    }

    /// <summary>Maps the addresses that tell whether the server lives, and whether it can keep changes.</summary>
    /// <param name="app">The application.</param>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains(Ready) });
    }

    private static void TrustProxies(ForwardedHeadersOptions forwarded, List<string> proxies)
    {
        // Nobody is trusted by default, the machine itself included: any program on it could speak for any address.
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        if (proxies.Count is 0)
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.None;
            return;
        }

        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        // As many as are known: each of them must be in the list, and the first address that is not is the client's.
        forwarded.ForwardLimit = null;
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                forwarded.KnownProxies.Add(address);
            }
            else
            {
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            }
        }
    }
}
