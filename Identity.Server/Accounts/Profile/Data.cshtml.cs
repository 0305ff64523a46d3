using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts.Profile;

/// <summary>Hands a person a copy of everything that is kept about them.</summary>
[RequireRecentSignIn]
internal sealed class DataModel(PersonalDataDocument document) : PageModel
{
    internal const string Route = "/account/data";

    public IActionResult OnGet() => Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var user = (await Session.FindAsync(HttpContext))!.User;
        return File(await document.WriteAsync(user, cancellationToken), "application/json", $"{user.UserName}.json");
    }
}
