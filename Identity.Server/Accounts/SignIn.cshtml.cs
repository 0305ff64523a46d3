using System.ComponentModel.DataAnnotations;
using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Server.Accounts;

/// <summary>Signs in with user name and password, then goes on to where the person came from.</summary>
internal sealed class SignInModel(
    PasswordSignIn passwords, SignInManager<User> signIn, SignInAddress addresses, TimeProvider time) : PageModel
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
    [Required(ErrorMessage = "Enter your user name.")]
    [MaxLength(MaximumLength, ErrorMessage = "That is too long for a user name.")]
    public string UserName { get; set; } = string.Empty;

    [BindProperty]
    [Required(ErrorMessage = "Enter your password.")]
    [MaxLength(MaximumLength, ErrorMessage = "That is too long for a password.")]
    public string Password { get; set; } = string.Empty;

    /// <summary>Whether an application waits for the sign-in.</summary>
    public bool ForApplication => AnsweredRequest is not null;

    private string? AnsweredRequest =>
        Url.IsLocalUrl(ReturnUrl) && ReturnUrl!.IndexOf('?', StringComparison.Ordinal) is >= 0 and var start
        && QueryHelpers.ParseQuery(ReturnUrl[start..]).TryGetValue("request_uri", out var request)
            ? request.ToString()
            : null;

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
            ModelState.AddModelError(string.Empty, isLockedOut
                ? "Too many wrong attempts. Wait five minutes, then try again."
                : "The user name or the password is not right.");
            return Refused();
        }

        await signIn.SignInAsync(user, Session.CreateProperties(time.GetUtcNow(), AnsweredRequest));
        return Url.IsLocalUrl(ReturnUrl) ? LocalRedirect(ReturnUrl!) : LocalRedirect("~/");
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
        var page = Page();
        page.StatusCode = StatusCodes.Status400BadRequest;
        return page;
    }
}
