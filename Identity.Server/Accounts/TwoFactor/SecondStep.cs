using System.Security.Claims;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>
/// What is known between the two steps of a sign-in, in a cookie of its own: it is no session, and lets its holder do nothing but show
/// the second factor.
/// </summary>
/// <param name="User">Who has passed the first step.</param>
/// <param name="ReturnUrl">Where the sign-in leads.</param>
/// <param name="Destination">What <see cref="SignInAddress"/> says about where the redirects end.</param>
/// <param name="Method">How the first step was passed (RFC 8176); null where nothing is known of it.</param>
internal sealed record SecondStep(User User, string? ReturnUrl, string? Destination, string? Method)
{
    /// <summary>Names the cookie among the schemes of authentication.</summary>
    public const string Scheme = "Identity.SecondStep";

    /// <summary>How much time there is for the second step.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const string SubjectItem = "sub";
    private const string StampItem = "stamp";
    private const string ReturnUrlItem = "return";
    private const string DestinationItem = "destination";
    private const string MethodItem = "amr";

    /// <summary>Sets up the cookie.</summary>
    public static void Configure(CookieAuthenticationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Cookie.Name = "identity-second-step";
        options.ExpireTimeSpan = Lifetime;
    }

    /// <summary>Keeps it in the browser of this request.</summary>
    public Task BeginAsync(HttpContext context) => context.SignInAsync(
        Scheme,
        new ClaimsPrincipal(new ClaimsIdentity(Scheme)),
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [SubjectItem] = User.Id,
            [StampItem] = User.SecurityStamp,
            [ReturnUrlItem] = ReturnUrl,
            [DestinationItem] = Destination,
            [MethodItem] = Method,
        }));

    /// <summary>Finds it; null where there is none, or too long ago, or the account has changed since.</summary>
    public static async Task<SecondStep?> FindAsync(HttpContext context)
    {
        var ticket = await context.AuthenticateAsync(Scheme);
        if (ticket.Properties?.Items is not { } items || Get(items, SubjectItem) is not { } subject)
        {
            return null;
        }

        var users = context.RequestServices.GetRequiredService<UserManager<User>>();
        return await users.FindByIdAsync(subject) is { IsDisabled: false, TwoFactorEnabled: true } user && user.SecurityStamp == Get(items, StampItem)
            ? new SecondStep(user, Get(items, ReturnUrlItem), Get(items, DestinationItem), Get(items, MethodItem))
            : null;
    }

    /// <summary>Forgets it.</summary>
    public static Task EndAsync(HttpContext context) => context.SignOutAsync(Scheme);

    private static string? Get(IDictionary<string, string?> items, string name) => items.TryGetValue(name, out var value) ? value : null;
}
