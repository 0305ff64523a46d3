using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Microsoft.Net.Http.Headers;

namespace Identity.Server.Accounts.Providers;

/// <summary>With which identities at providers somebody signs in, and further ones.</summary>
[RequireRecentSignIn]
internal sealed class LinkedProvidersModel(
    ExternalProviders providers, ExternalAccounts accounts, SignInManager<User> signIn, IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account/providers";

    /// <summary>The identities, each with the provider's name for people and whether it can be taken away.</summary>
    public IReadOnlyList<(UserLogin Login, string Provider, bool CanUnlink)> Logins { get; private set; } = [];

    /// <summary>The providers at which another identity can be linked.</summary>
    public IReadOnlyList<ExternalProvider> Providers => providers.All;

    /// <summary>Where the person goes on to link an identity, and with whom.</summary>
    public (string Address, string Provider)? Next { get; private set; }

    public async Task OnGetAsync() => Show((await Session.FindAsync(HttpContext))!.User);

    public async Task<IActionResult> OnPostLinkAsync(string? provider)
    {
        var user = (await Session.FindAsync(HttpContext))!.User;
        if (providers.Find(provider) is not { } found)
        {
            return NotFound();
        }

        if (!await ExternalChallenge.BeginAsync(HttpContext, found, new(found.Name, ReturnUrl: null, user.Id)))
        {
            ModelState.AddModelError(string.Empty, text["Linked.ProviderFailed", found.DisplayName]);
            return Refused(user);
        }

        // A page in between: browsers would hold a redirect that answers the form to the rule that forms stay on this server.
        Next = (Response.Headers.Location.ToString(), found.DisplayName);
        Response.Headers.Remove(HeaderNames.Location);
        Response.Headers["Refresh"] = $"0;url={Next.Value.Address}";
        return this.Show(StatusCodes.Status200OK);
    }

    public async Task<IActionResult> OnPostUnlinkAsync(string? issuer, string? subject, CancellationToken cancellationToken)
    {
        var user = (await Session.FindAsync(HttpContext))!.User;
        if (user.Logins.FirstOrDefault(login => login.Is(issuer ?? "", subject ?? "")) is not { } login)
        {
            // Sent twice: it is gone already.
            return LocalRedirect("~" + Route);
        }

        if (!accounts.CanUnlink(user, login))
        {
            ModelState.AddModelError(string.Empty, text["Linked.Last"]);
            return Refused(user);
        }

        if (await accounts.UnlinkAsync(user, login, cancellationToken))
        {
            await signIn.RefreshSignInAsync(user);
        }

        return LocalRedirect("~" + Route);
    }

    private void Show(User user) => Logins =
    [
        .. user.Logins.Select(login => (
            login,
            providers.Find(login.Provider)?.DisplayName ?? login.Issuer,
            accounts.CanUnlink(user, login))),
    ];

    private PageResult Refused(User user)
    {
        Show(user);
        return this.Refuse();
    }
}
