using Identity.Server.Accounts;
using Identity.Server.Accounts.Invitations;
using Identity.Server.Accounts.Providers;
using Identity.Server.Hosting;
using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Administration.Accounts;

/// <summary>One account, and what an administrator can do with it.</summary>
[RequireRecentSignIn]
[RequireAdministrator]
internal sealed class AccountPageModel(
    AccountAdministration administration,
    UserManager<User> users,
    ExternalProviders providers,
    ServerAddress address,
    IStringLocalizer<Texts> text,
    TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "id")]
    public string Id { get; set; } = string.Empty;

    [BindProperty]
    public string? Deed { get; set; }

    [BindProperty]
    public bool Confirmed { get; set; }

    public User Account { get; private set; } = null!;

    public bool IsLocked => Account.LockoutEnd > time.GetUtcNow();

    /// <summary>Whether there is a link that would lead anywhere: none for a password that opens nothing.</summary>
    public bool HasLink => Invitation.IsOpenFor(Account) || providers.PasswordsOpen;

    public async Task<IActionResult> OnGetAsync() => await FindAsync() ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!await FindAsync())
        {
            return NotFound();
        }

        // A copy of its own, so that the page shows what is where something is refused.
        var user = (await users.FindByIdAsync(Id))!;
        switch (Deed)
        {
            case "link" when HasLink:
                return this.ShowLink(user, administration.CreateLink(user, address.Find(HttpContext)));
            case "unlock":
                return Show(await administration.UnlockAsync(user));
            case "second-step":
                return Show(await administration.RemoveSecondStepAsync(user));
            case "promote":
                return Show(await administration.SetAdministratorAsync(user, isAdministrator: true, cancellationToken));
            case "demote":
                return Show(await administration.SetAdministratorAsync(user, isAdministrator: false, cancellationToken));
            case "disable":
                return Show(await administration.SetDisabledAsync(user, isDisabled: true, cancellationToken));
            case "enable":
                return Show(await administration.SetDisabledAsync(user, isDisabled: false, cancellationToken));
            case "delete" when !Confirmed:
                ModelState.AddModelError(nameof(Confirmed), text["Delete.Unconfirmed"]);
                return this.Refuse();
            case "delete":
                var result = await administration.RemoveAsync(user, cancellationToken);
                return result.Succeeded ? LocalRedirect($"~{AccountsModel.Route}?{AccountsModel.RemovedWord}") : this.Refuse(result);
            default:
                return BadRequest();
        }
    }

    private async Task<bool> FindAsync()
    {
        Account = (await users.FindByIdAsync(Id))!;
        return Account is not null;
    }

    private IActionResult Show(IdentityResult result)
        => result.Succeeded ? LocalRedirect($"~{AccountsModel.Route}/{Uri.EscapeDataString(Id)}") : this.Refuse(result);
}
