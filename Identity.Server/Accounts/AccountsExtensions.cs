using Identity.Server.Accounts.Invitations;
using Identity.Server.Accounts.Mail;
using Identity.Server.Accounts.Passwords;
using Identity.Server.Accounts.Profile;
using Identity.Server.Administration.Accounts;
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
            .AddSignInManager<AccountSignInManager>();

        services.AddSingleton<FirstAccountLink>();
        services.AddSingleton<UnknownNames>();
        services.AddSingleton<SignInTurns>();
        services.AddSingleton<SignInAddress>();
        services.AddScoped<PasswordSignIn>();
        services.AddScoped<SignInCompletion>();
        services.AddSingleton<LastAdministrator>();
        services.AddValidatedOptions<PasswordPolicyOptions>(configuration, PasswordPolicyOptions.Section);
        services.AddOptions<IdentityOptions>().Configure<IOptions<PasswordPolicyOptions>>(
            (options, policy) => options.Password.RequiredLength = policy.Value.MinimumLength);
        services.AddLinks();
        services.AddMail(configuration);
        services.AddProfile();
        services.AddScoped<AccountAdministration>();

        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme, ConfigureCookie);

        return services;
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
        options.Cookie.Name = "identity";
        options.Cookie.Path = "/";
        options.Cookie.HttpOnly = true;
        options.Cookie.IsEssential = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.CookieManager = new SchemeCookieManager();
        options.ExpireTimeSpan = TimeSpan.FromHours(12);
        options.SlidingExpiration = true;
        options.LoginPath = SignInModel.Route;
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnValidatePrincipal = RejectEndedSessionAsync;
    }

    /// <summary>
    /// Looks at the account with every request, which costs a look-up in memory: a changed password, a disabled or a
    /// deleted account ends its sessions at once and not when a cookie comes up for renewal.
    /// </summary>
    private static async Task RejectEndedSessionAsync(CookieValidatePrincipalContext context)
    {
        var signIn = context.HttpContext.RequestServices.GetRequiredService<SignInManager<User>>();
        if (await signIn.ValidateSecurityStampAsync(context.Principal) is not { } user || !await signIn.CanSignInAsync(user))
        {
            context.RejectPrincipal();
        }
    }
}
