using Identity.Server.Accounts;
using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

namespace Identity.Server.Authorization;

/// <summary>
/// The end session endpoint (OpenID Connect RP-Initiated Logout 1.0) after OpenIddict has checked the request: asks, signs
/// out, and goes to the client's <c>post_logout_redirect_uri</c> or, without one, to a page that says so.
/// </summary>
/// <remarks>
/// A client may post its request here too, without a token against forgery; it is only shown, and nobody is signed out before
/// <see cref="IAntiforgery"/> has vouched for the click.
/// </remarks>
[IgnoreAntiforgeryToken(Order = 1001)]
internal sealed class EndSessionModel(SignInManager<User> signIn, IAntiforgery antiforgery) : PageModel
{
    // What OpenIddict needs to find the request valid once more. Whatever else came with it stays out of the page.
    private static readonly string[] CarriedParameters =
    [
        OpenIddictConstants.Parameters.ClientId,
        OpenIddictConstants.Parameters.IdTokenHint,
        OpenIddictConstants.Parameters.PostLogoutRedirectUri,
        OpenIddictConstants.Parameters.State,
    ];

    /// <summary>Who is signed in; null: nobody.</summary>
    public string? UserName { get; private set; }

    /// <summary>Where the client wants the person back; null: nowhere.</summary>
    public ClientAddress? Address =>
        Uri.TryCreate(Request.PostLogoutRedirectUri, UriKind.Absolute, out var address) ? new ClientAddress(address) : null;

    /// <summary>The request once more, for the form to carry.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters =>
    [
        .. Request.GetParameters()
            .Where(parameter => CarriedParameters.Contains(parameter.Key))
            .Select(parameter => KeyValuePair.Create(parameter.Key, (string?)parameter.Value ?? string.Empty)),
    ];

    public string FormAction => HttpContext.Request.PathBase + HttpContext.Request.Path;

    private new OpenIddictRequest Request => HttpContext.GetOpenIddictServerRequest()
        ?? throw new InvalidOperationException("The end session page was reached without an end session request.");

    public async Task<IActionResult> OnGetAsync()
    {
        // Anyone can register a client: a link to this server must not forward a person to any address without a click.
        var session = await Session.FindAsync(HttpContext);
        if (session is null && Address is null)
        {
            return Leave();
        }

        UserName = session is null ? null : session.User.UserName ?? string.Empty;
        if (Address is { } address)
        {
            HttpContext.AllowFormAction(address.FormActionSource);
        }

        return Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (!HttpContext.Request.Form.ContainsKey("decision"))
        {
            // A client's own post. Over again as GET, with which the browser also sends the session's cookie.
            return Redirect(FormAction + new QueryBuilder(Parameters));
        }

        if (!await antiforgery.IsRequestValidAsync(HttpContext))
        {
            return BadRequest();
        }

        await signIn.SignOutAsync();
        return Leave();
    }

    private SignOutResult Leave() => SignOut(
        new AuthenticationProperties { RedirectUri = HttpContext.Request.PathBase + SignOutModel.Route },
        OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
}
