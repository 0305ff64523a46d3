using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Profile;

/// <summary>Removes the account of who is signed in, and everything that is kept about them.</summary>
[RequireRecentSignIn]
internal sealed class DeleteModel(AccountRemoval removal, SignInManager<User> signIn, IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account/delete";

    [BindProperty]
    public bool Confirmed { get; set; }

    public string UserName { get; private set; } = string.Empty;

    public async Task OnGetAsync() => await FindAsync();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var user = await FindAsync();
        if (!Confirmed)
        {
            ModelState.AddModelError(nameof(Confirmed), text["Delete.Unconfirmed"]);
            return this.Refuse();
        }

        var result = await removal.RemoveAsync(user, cancellationToken);
        if (!result.Succeeded)
        {
            return this.Refuse(result);
        }

        await signIn.SignOutAsync();
        return LocalRedirect("~" + DeletedModel.Route);
    }

    // The filter has seen to it that somebody is signed in.
    private async Task<User> FindAsync()
    {
        var user = (await Session.FindAsync(HttpContext))!.User;
        UserName = user.UserName!;
        return user;
    }
}
