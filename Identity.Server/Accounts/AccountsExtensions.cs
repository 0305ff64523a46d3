using Identity.Server.Accounts.Sessions;
using Identity.Server.Accounts.TwoFactor;
using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts;

/// <summary>Local accounts: who they are, how they sign in, and how the first one comes about.</summary>
internal static class AccountsExtensions
{
    /// <summary>Adds accounts over the user store of the storage directory, and the session cookie.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddIdentityCore<User>(options =>
            {
                // Length is what makes a password hard to guess; rules about characters make people reuse one.
                options.Password.RequiredLength = 8;
                options.Password.RequiredUniqueChars = 4;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
                options.Lockout.MaxFailedAccessAttempts = 5;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddFileSystemStores()
            .AddUserManager<AccountManager>()
            .AddSignInManager<AccountSignInManager>()
            .AddTokenProvider<AuthenticatorProvider>(TokenOptions.DefaultAuthenticatorProvider);

        services.AddSingleton<FirstAccountLink>();
        services.AddSingleton<UnknownNames>();
        services.AddSingleton<SignInTurns>();
        services.AddSingleton<SignInAddress>();
        services.AddScoped<PasswordSignIn>();
        services.AddScoped<SignInCompletion>();
        services.AddSingleton<AuthenticatorKeys>();
        services.AddScoped<SecondFactor>();

        services.AddValidatedOptions<SessionsOptions>(configuration, SessionsOptions.Section);
        services.AddCollection(SessionStore.Definition);
        services.AddSingleton<ISessionStore, SessionStore>();
        services.AddScoped<SessionCookie>();
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme)
            .Configure<IOptions<SessionsOptions>>((cookie, sessions) => cookie.ExpireTimeSpan = sessions.Value.IdleLifetime);

        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme, options =>
            {
                ConfigureCookie(options);
                options.Cookie.Name = "identity";
                options.EventsType = typeof(SessionCookie);
            })
            .AddCookie(SecondStep.Scheme, options =>
            {
                ConfigureCookie(options);
                SecondStep.Configure(options);
            });

        return services;
    }

    private static void ConfigureCookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Path = "/";
        options.Cookie.HttpOnly = true;
        options.Cookie.IsEssential = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.CookieManager = new SchemeCookieManager();
        options.LoginPath = SignInModel.Route;
        options.ReturnUrlParameter = "returnUrl";

        // The session's is renewed by hand, whenever its use is noted; the others are for one task.
        options.SlidingExpiration = false;
    }
}
