using System.ComponentModel.DataAnnotations;
using Identity.Server.Accounts.Mail;
using Identity.Server.Accounts.Providers;
using Identity.Server.Hosting;
using Identity.Server.Hosting.RateLimits;
using Identity.Server.Pages;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Passwords;

/// <summary>
/// Takes the name of whoever forgot a password. What becomes of it is found out elsewhere and later, so that neither the answer nor its
/// time says whether there is such an account.
/// </summary>
[LocalAccountsOnly]
internal sealed class ForgotPasswordModel(
    PasswordResetRequests requests, MailQueue mail, ServerAddress address, RateLimiters rates, IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account/forgot-password";

    private const string Done = "done";

    [BindProperty]
    [Required(ErrorMessage = "Forgot.Name.Missing")]
    [MaxLength(SignInModel.MaximumLength, ErrorMessage = "Forgot.Name.TooLong")]
    public string Name { get; set; } = string.Empty;

    public bool IsDone { get; private set; }

    public IActionResult OnGet()
    {
        ModelState.Clear();
        IsDone = Request.Query.ContainsKey(Done);
        return mail.IsOpen ? Page() : NotFound();
    }

    public IActionResult OnPost()
    {
        if (!mail.IsOpen)
        {
            return NotFound();
        }

        if (!ModelState.IsValid)
        {
            return this.Refuse();
        }

        if (!rates.Mail.TryAdmit(HttpContext, out var seconds))
        {
            ModelState.AddModelError(string.Empty, text["Forgot.TooOften", seconds]);
            return this.Show(StatusCodes.Status429TooManyRequests);
        }

        requests.Add(new PasswordResetRequest(Name, address.Find(HttpContext)));
        return LocalRedirect($"~{Route}?{Done}");
    }
}
