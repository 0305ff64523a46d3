using System.ComponentModel.DataAnnotations;
using Identity.Server.Accounts;
using Identity.Server.Hosting;
using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Administration.Accounts;

/// <summary>Lists the accounts, and makes new ones for people who are invited.</summary>
[RequireRecentSignIn]
[RequireAdministrator]
internal sealed class AccountsModel(AccountAdministration administration, Collection<User> accounts, ServerAddress address) : PageModel
{
    internal const string Route = "/administration/accounts";

    internal const string RemovedWord = "removed";

    [BindProperty]
    [Required(ErrorMessage = "UserName.Missing")]
    [MaxLength(64, ErrorMessage = "UserName.TooLong")]
    public string UserName { get; set; } = string.Empty;

    [BindProperty]
    [MaxLength(100, ErrorMessage = "DisplayName.TooLong")]
    public string? DisplayName { get; set; }

    [BindProperty]
    [EmailAddress(ErrorMessage = "Email.Wrong")]
    [MaxLength(254, ErrorMessage = "Email.Wrong")]
    public string? Email { get; set; }

    public IReadOnlyList<User> Accounts { get; private set; } = [];

    public bool Removed => Request.Query.ContainsKey(RemovedWord);

    public void OnGet()
    {
        ModelState.Clear();
        List();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (!ModelState.IsValid)
        {
            List();
            return this.Refuse();
        }

        var user = new User { UserName = UserName, DisplayName = Blank(DisplayName), Email = Blank(Email) };
        var result = await administration.InviteAsync(user);
        if (!result.Succeeded)
        {
            List();
            return this.Refuse(result);
        }

        return this.ShowLink(user, administration.CreateLink(user, address.Find(HttpContext)));
    }

    private void List() => Accounts = [.. accounts.List().OrderBy(account => account.UserName, StringComparer.OrdinalIgnoreCase)];

    private static string? Blank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
