using Identity.Server.Accounts.Invitations;
using Identity.Server.Pages;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts.Profile;

/// <summary>Makes an address somebody's own, for whoever holds the link that was sent to it; by a click, since machines look into mail, too.</summary>
internal sealed class ConfirmEmailModel(AccountLinks links, EmailChange emails) : PageModel
{
    internal const string Route = "/account/confirm-email";

    private const string Done = "done";

    [BindProperty(SupportsGet = true, Name = "token")]
    public string? Token { get; set; }

    public bool IsDone { get; private set; }

    public string? UserName { get; private set; }

    /// <summary>The address; null where the link does not work.</summary>
    public string? Email { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (Request.Query.ContainsKey(Done))
        {
            IsDone = true;
            return Page();
        }

        var found = await links.FindAsync(AccountLinkKind.EmailConfirmation, Token);
        (UserName, Email) = (found?.User.UserName, found?.Email);
        return Show();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (await links.FindAsync(AccountLinkKind.EmailConfirmation, Token) is not (var user, { } email))
        {
            return Show();
        }

        (UserName, Email) = (user.UserName, email);
        var result = await emails.ConfirmAsync(user, email, cancellationToken);
        return result.Succeeded ? LocalRedirect($"~{Route}?{Done}") : this.Refuse(result);
    }

    private PageResult Show() => this.Show(Email is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK);
}
