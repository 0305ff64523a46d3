using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts;

/// <summary>Ends the session in this browser, after the person said so.</summary>
internal sealed class SignOutModel(SignInManager<User> signIn) : PageModel
{
    internal const string Route = "/account/sign-out";

    public string? UserName { get; private set; }

    public bool IsSignedOut => UserName is null;

    public async Task OnGetAsync() => UserName = (await Session.FindAsync(HttpContext))?.User.UserName;

    public async Task<IActionResult> OnPostAsync()
    {
        await signIn.SignOutAsync();
        return LocalRedirect("~" + Route);
    }
}
