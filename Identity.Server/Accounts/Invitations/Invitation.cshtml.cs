using System.ComponentModel.DataAnnotations;
using Identity.Server.Accounts.Passwords;
using Identity.Server.Accounts.Providers;
using Identity.Server.Pages;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts.Invitations;

/// <summary>Lets whoever holds the link take the account that was made for them, and signs them in.</summary>
[LocalAccountsOnly(FormOnly = true)]
internal sealed class InvitationModel(Invitation invitation, SignInCompletion signIn) : PageModel
{
    internal const string Route = "/account/invitation";

    [BindProperty(SupportsGet = true, Name = "token")]
    public string? Token { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "Password.Missing")]
    [MaxLength(PasswordPolicyOptions.MaximumLength, ErrorMessage = "Password.TooLong")]
    public string Password { get; set; } = string.Empty;

    [BindProperty]
    [Compare(nameof(Password), ErrorMessage = "Password.Differs")]
    public string? Confirmation { get; set; }

    /// <summary>Whose account it is; null where the link does not work.</summary>
    public string? UserName { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        ModelState.Clear();
        UserName = (await invitation.FindUserAsync(Token))?.UserName;
        return UserName is null ? Dead() : Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            UserName = (await invitation.FindUserAsync(Token))?.UserName;
            return UserName is null ? Dead() : this.Refuse();
        }

        var (user, result) = await invitation.AcceptAsync(Token ?? string.Empty, Password, cancellationToken);
        UserName = user?.UserName;
        return user is null ? Dead()
            : result.Succeeded ? await signIn.CompleteAsync(user, returnUrl: null, method: "pwd")
            : this.Refuse(result);
    }

    private PageResult Dead() => this.Show(StatusCodes.Status404NotFound);
}
