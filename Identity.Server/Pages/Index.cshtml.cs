using Identity.Server.Accounts;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Pages;

/// <summary>What somebody sees who opens the server's address: what it is, and who they are to it.</summary>
internal sealed class IndexModel : PageModel
{
    public new User? User { get; private set; }

    public async Task OnGetAsync() => User = (await Session.FindAsync(HttpContext))?.User;
}
