using Identity.Server.Accounts.Providers;
using Identity.Server.Pages;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.Passkeys;

/// <summary>Signs in with a passkey, which stands for both steps: the device, and who holds it.</summary>
[LocalAccountsOnly]
internal sealed class SignInPasskeyModel(
    PasskeyCeremony passkeys, SignInCompletion signIn, SignInAddress addresses, IStringLocalizer<Texts> text) : PageModel
{
    internal const string Route = "/account/sign-in/passkey";

    [BindProperty(SupportsGet = true, Name = "returnUrl")]
    public string? ReturnUrl { get; set; }

    /// <summary>What <see cref="SignInAddress"/> put there.</summary>
    [BindProperty(SupportsGet = true, Name = "destination")]
    public string? Destination { get; set; }

    /// <summary>Whether passkeys work at this address.</summary>
    public bool IsPossible => PasskeyHost.IsSuitable(HttpContext);

    /// <summary>Whether the browser is asked without a further click.</summary>
    public bool StartsItself { get; private set; }

    /// <summary>What is asked of the browser.</summary>
    public string Options { get; private set; } = string.Empty;

    public async Task OnGetAsync()
    {
        StartsItself = true;
        await ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync(string? credential)
    {
        var (user, outcome) = IsPossible && !string.IsNullOrEmpty(credential)
            ? await passkeys.RecogniseAsync(credential)
            : (null, PasskeyOutcome.TooLate);
        if (user is not null)
        {
            return await signIn.FinishAsync(user.Id, ReturnUrl, ["pop", "user", "mfa"]);
        }

        ModelState.AddModelError(string.Empty, text[outcome is PasskeyOutcome.TooLate ? "SignIn.TooLate" : "SignIn.Refused"]);
        await ShowAsync();
        return this.Refuse();
    }

    private async Task ShowAsync()
    {
        if (!IsPossible)
        {
            return;
        }

        Options = await passkeys.AskForAnyAsync();
        HttpContext.AllowOwnScript();
        if (addresses.ReadFormActionSource(Destination) is { } source)
        {
            HttpContext.AllowFormAction(source);
        }
    }
}
