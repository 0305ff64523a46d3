using Identity.Server.Accounts.Invitations;
using Identity.Server.Accounts.Mail;
using Identity.Server.Accounts.Passkeys;
using Identity.Server.Accounts.Passwords;
using Identity.Server.Accounts.Profile;
using Identity.Server.Accounts.Providers;
using Identity.Server.Accounts.Sessions;
using Identity.Server.Accounts.TwoFactor;
using Identity.Server.Administration.Accounts;
using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
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
                options.Password.RequiredUniqueChars = 4;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
                options.Lockout.MaxFailedAccessAttempts = 5;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddFileSystemStores()
            .AddErrorDescriber<AccountErrors>()
            .AddPasswordValidator<PasswordPolicy>()
            .AddUserManager<AccountManager>()
            .AddSignInManager<AccountSignInManager>()
            .AddTokenProvider<AuthenticatorProvider>(TokenOptions.DefaultAuthenticatorProvider);

        services.AddSingleton<FirstAccountLink>();
        services.AddSingleton<UnknownNames>();
        services.AddSingleton<SignInTurns>();
        services.AddSingleton<SignInAddress>();
        services.AddScoped<PasswordSignIn>();
        services.AddScoped<SignInCompletion>();
        services.AddProviders(configuration);
        services.AddSingleton<LastAdministrator>();
        services.AddValidatedOptions<PasswordPolicyOptions>(configuration, PasswordPolicyOptions.Section);
        services.AddOptions<IdentityOptions>().Configure<IOptions<PasswordPolicyOptions>>(
            (options, policy) => options.Password.RequiredLength = policy.Value.MinimumLength);
        services.AddLinks();
        services.AddMail(configuration);
        services.AddProfile();
        services.AddScoped<AccountAdministration>();
        services.AddSecondFactor();
        services.AddPasskeys();
        services.AddSessions(configuration);

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
            })
            .AddCookie(PasskeyCeremony.Scheme, options =>
            {
                ConfigureCookie(options);
                options.Cookie.Name = "identity-passkey";
                options.ExpireTimeSpan = PasskeyCeremony.Lifetime;
            });

        return services;
    }

    private static void AddSecondFactor(this IServiceCollection services)
    {
        services.AddSingleton<AuthenticatorKeys>();
        services.AddScoped<SecondFactor>();
    }

    private static void AddPasskeys(this IServiceCollection services)
    {
        services.Configure<IdentityPasskeyOptions>(PasskeyHost.Configure);
        services.AddScoped<PasskeyCeremony>();
        services.AddScoped<IPersonalData, PasskeyData>();
    }

    private static void AddSessions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<SessionsOptions>(configuration, SessionsOptions.Section);
        services.AddCollection(SessionStore.Definition);
        services.AddSingleton<ISessionStore, SessionStore>();
        services.AddScoped<SessionCookie>();
        services.Configure<MvcOptions>(options => options.Filters.Add<SignInAfterExpiry>());
        services.AddScoped<IPersonalData, SessionData>();
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme)
            .Configure<IOptions<SessionsOptions>>((cookie, sessions) => cookie.ExpireTimeSpan = sessions.Value.IdleLifetime);
    }

    private static void AddLinks(this IServiceCollection services)
    {
        services.AddScoped<AccountLinks>();
        services.AddScoped<Invitation>();
        services.AddSingleton<PasswordResetRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<PasswordResetRequests>());
    }

    private static void AddMail(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<MailOptions>(configuration, MailOptions.Section);
        services.AddSingleton<MailQueue>();
        services.AddSingleton<MailPace>();
        services.AddSingleton<SmtpTransport>();
        services.AddHostedService<MailJob>();
        services.AddScoped<IEmailSender<User>, AccountMail>();
        services.AddScoped<AccountNotices>();
    }

    private static void AddProfile(this IServiceCollection services)
    {
        services.AddScoped<IPersonalData, AccountData>();
        services.AddScoped<PersonalDataDocument>();
        services.AddScoped<AccountRemoval>();
        services.AddScoped<EmailChange>();
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
