using Identity.Server.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Identity.Server.Pages;

/// <summary>What all pages share: layout, stylesheet, headers, errors.</summary>
internal static class PagesExtensions
{
    /// <summary>Adds Razor Pages, which live in the feature folders and each name their route.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddValidatedOptions<BrandingOptions>(configuration, BrandingOptions.Section);
        services.AddSingleton<Brand>();
        services.AddSingleton<GivenAnswers>();
        services.AddRazorPages(options =>
        {
            options.RootDirectory = "/";
            options.Conventions.ConfigureFilter(new NoStoreFilter());
            options.Conventions.ConfigureFilter(new HandledMethodsFilter());
        })
            // What names fields as jQuery does is read by nobody here, and ends in an exception where a bracket is missing.
            .AddMvcOptions(options =>
            {
                options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
            })
            // The words of a feature are in the Texts.resx of its folder, those of its forms' annotations too.
            .AddViewLocalization()
            .AddDataAnnotationsLocalization(options => options.DataAnnotationLocalizerProvider =
                (type, factory) => factory.Create($"{type.Namespace}.Texts", typeof(PagesExtensions).Assembly.GetName().Name!));
        services.AddSecurityHeaderPolicies(PageHeaders.Configure);
        services.AddAntiforgery(options =>
        {
            // Antiforgery names its cookie once and for all: prefixed, and then for HTTPS only, where the server has a name
            // of its own; without one it is reached over loopback, where browsers refuse the prefix over HTTP.
            var isPublic = Uri.TryCreate(configuration["Identity:Issuer"], UriKind.Absolute, out var issuer)
                && issuer.Scheme == Uri.UriSchemeHttps;
            options.Cookie.Name = isPublic ? "__Host-identity-forms" : "identity-forms";
            options.Cookie.Path = "/";
            // Not Strict: whoever comes from a client would arrive without it and get another, which the forms that are open
            // in other tabs do not fit.
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = isPublic ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            options.SuppressXFrameOptionsHeader = true;
        });

        return services;
    }

    /// <summary>Adds security headers to every response; comes before everything that may answer.</summary>
    public static IApplicationBuilder UsePageHeaders(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.UseSecurityHeaders();
    }

    /// <summary>Maps the pages of all features and the stylesheet.</summary>
    public static IEndpointRouteBuilder MapPages(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapRazorPages();
        endpoints.MapGet(Asset.Stylesheet.Route, Asset.Stylesheet.WriteAsync);
        endpoints.MapGet(Asset.Icon.Route, Asset.Icon.WriteAsync);
        endpoints.MapGet(Asset.PasskeyScript.Route, Asset.PasskeyScript.WriteAsync);
        var brand = endpoints.ServiceProvider.GetRequiredService<Brand>();
        foreach (var asset in new[] { brand.Logo, brand.Stylesheet }.OfType<Asset>().Where(asset => asset != Asset.Icon))
        {
            endpoints.MapGet(asset.Route, asset.WriteAsync);
        }

        return endpoints;
    }
}
