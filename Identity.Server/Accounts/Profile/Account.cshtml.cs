using Identity.Server.Accounts.Sessions;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Profile;

/// <summary>Who somebody is to this server, and where they change it.</summary>
internal sealed class AccountModel(SignInAddress addresses, ISessionStore sessions, IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account";

    internal const string PasswordChanged = "password";

    internal const string ProfileChanged = "profile";

    internal const string ConfirmationSent = "confirmation";

    /// <summary>What was done before the person came here; any other word says nothing.</summary>
    [BindProperty(SupportsGet = true, Name = "done")]
    public string? LastStep { get; set; }

    public User Account { get; private set; } = null!;

    public int SessionCount => sessions.List(Account).Count;

    public string? Done => LastStep switch
    {
        PasswordChanged => text["Done.Password"].Value,
        ProfileChanged => text["Done.Profile"].Value,
        ConfirmationSent => text["Done.Confirmation"].Value,
        _ => null,
    };

    public async Task<IActionResult> OnGetAsync()
    {
        if (await Session.FindAsync(HttpContext) is not { } session)
        {
            return Redirect(addresses.Create(HttpContext, Request.PathBase + Route));
        }

        Account = session.User;
        return Page();
    }
}
