using System.Security.Claims;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts.Sessions;

/// <summary>
/// Ties the cookie of a browser to its entry among the sessions: it begins with a sign-in, is looked at with each request, which costs
/// a look-up in memory, and ends with the sign-out. So sessions end at once, and not when a cookie comes up for renewal: those that
/// were signed out elsewhere, and all those of an account that was disabled, deleted, or has another password.
/// </summary>
internal sealed class SessionCookie(ISessionStore sessions, SignInManager<User> signIn, IOptions<IdentityOptions> identity)
    : CookieAuthenticationEvents
{
    /// <inheritdoc/>
    public override async Task SigningIn(CookieSigningInContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (http, claims) = (context.HttpContext, identity.Value.ClaimsIdentity);
        var subject = context.Principal!.FindFirstValue(claims.UserIdClaimType)!;
        var stamp = context.Principal!.FindFirstValue(claims.SecurityStampClaimType);
        if (Session.FindId(context.Properties) is { } id)
        {
            // One that was ended meanwhile, from another browser, stays so: only a sign-in begins another.
            await sessions.GoOnAsync(id, stamp, http.RequestAborted);
            return;
        }

        // What the browser had before is forgotten with its cookie.
        await EndCurrentAsync(http);
        Session.SetId(context.Properties, await sessions.BeginAsync(subject, stamp, http));
    }

    /// <inheritdoc/>
    public override async Task SigningOut(CookieSigningOutContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        await EndCurrentAsync(context.HttpContext);
    }

    /// <inheritdoc/>
    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (Session.FindId(context.Properties) is not { } id || sessions.Find(id) is not { } session)
        {
            context.RejectPrincipal();
            return;
        }

        var user = await signIn.ValidateSecurityStampAsync(context.Principal);
        if (user is null || user.Id != session.Subject || !await signIn.CanSignInAsync(user))
        {
            // Not where the session goes on under a newer stamp: this is the cookie from before, sent once more or copied.
            if (user is not null || !await IsCurrentAsync(session))
            {
                await sessions.EndAsync(id, context.HttpContext.RequestAborted);
            }

            context.RejectPrincipal();
            return;
        }

        // The cookie lasts as long as the session may go without use: both begin anew together.
        context.ShouldRenew = await sessions.SeeAsync(session, context.HttpContext);
    }

    private async Task<bool> IsCurrentAsync(SessionEntry session)
        => await signIn.UserManager.FindByIdAsync(session.Subject) is { } user && await signIn.ValidateSecurityStampAsync(user, session.Stamp);

    private async Task EndCurrentAsync(HttpContext context)
    {
        var ticket = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (ticket.Succeeded && Session.FindId(ticket.Properties) is { } id)
        {
            await sessions.EndAsync(id, context.RequestAborted);
        }
    }
}
