using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts.Sessions;

/// <summary>Shows where somebody is signed in, and signs them out there.</summary>
internal sealed class SessionsModel(ISessionStore sessions, SignInManager<User> signIn, SignInAddress addresses) : PageModel
{
    internal const string Route = "/account/sessions";

    /// <summary>This browser's session.</summary>
    public string CurrentId { get; private set; } = string.Empty;

    /// <summary>All sessions, this browser's first.</summary>
    public IReadOnlyList<SessionEntry> Entries { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync()
    {
        if (await Session.FindAsync(HttpContext) is not { } session)
        {
            return SignInFirst();
        }

        CurrentId = session.Id;
        Entries = [.. sessions.List(session.User).OrderByDescending(entry => entry.Id == session.Id)];
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? decision, string? id, CancellationToken cancellationToken)
    {
        if (await Session.FindAsync(HttpContext) is not { } session)
        {
            return SignInFirst();
        }

        switch (decision)
        {
            case "end" when id is not null && sessions.List(session.User).Any(entry => entry.Id == id):
                await sessions.EndAsync(id, cancellationToken);
                break;
            case "others":
                await sessions.EndAllAsync(session.User.Id, session.Id, cancellationToken);
                break;
            case "all":
                await sessions.EndAllAsync(session.User.Id, except: null, cancellationToken);
                await signIn.SignOutAsync();
                return LocalRedirect("~" + SignOutModel.Route);
        }

        return LocalRedirect("~" + Route);
    }

    private RedirectResult SignInFirst() => Redirect(addresses.Create(HttpContext, HttpContext.Request.PathBase + Route));
}
