using System.ComponentModel.DataAnnotations;
using Identity.Server.Accounts.Providers;
using Identity.Server.Pages;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts;

/// <summary>Signs in with user name and password, then goes on to where the person came from.</summary>
[OfferProviders]
[LocalAccountsOnly(FormOnly = true)]
internal sealed class SignInModel(
    PasswordSignIn passwords, SignInCompletion signIn, SignInAddress addresses, IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account/sign-in";

    internal const int MaximumLength = 256;

    [BindProperty(SupportsGet = true, Name = "returnUrl")]
    public string? ReturnUrl { get; set; }

    /// <summary>What <see cref="SignInAddress"/> put there.</summary>
    [BindProperty(SupportsGet = true, Name = "destination")]
    public string? Destination { get; set; }

    /// <summary>A user name to begin with, which the application gave (<c>login_hint</c>).</summary>
    [BindProperty(SupportsGet = true, Name = "login_hint")]
    public string? LoginHint { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "UserName.Missing")]
    [MaxLength(MaximumLength, ErrorMessage = "UserName.TooLong")]
    public string UserName { get; set; } = string.Empty;

    [BindProperty]
    [Required(ErrorMessage = "Password.Missing")]
    [MaxLength(MaximumLength, ErrorMessage = "Password.TooLong")]
    public string Password { get; set; } = string.Empty;

    /// <summary>Whether an application waits for the sign-in.</summary>
    public bool ForApplication => SignInCompletion.FindRequest(ReturnUrl) is not null;

    public void OnGet()
    {
        ModelState.Clear();
        UserName = LoginHint is { Length: <= MaximumLength } ? LoginHint : string.Empty;
        AllowDestination();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            return Refused();
        }

        var (user, isLockedOut) = await passwords.CheckAsync(UserName, Password, cancellationToken);
        if (user is null)
        {
            ModelState.AddModelError(string.Empty, text[isLockedOut ? "SignIn.LockedOut" : "SignIn.Wrong"]);
            return Refused();
        }

        return await signIn.CompleteAsync(user, ReturnUrl, Destination, "pwd");
    }

    private void AllowDestination()
    {
        if (addresses.ReadFormActionSource(Destination) is { } source)
        {
            HttpContext.AllowFormAction(source);
        }
    }

    private PageResult Refused()
    {
        AllowDestination();
        return this.Refuse();
    }
}
