using System.Collections.Immutable;
using Identity.Server.Pages;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>The second step of a sign-in, whatever it asks for.</summary>
internal abstract class SignInStepModel(SignInCompletion signIn, SignInAddress addresses, IStringLocalizer<Texts> text) : PageModel
{
    private const int MaximumLength = 64;

    /// <summary>Whether there is a sign-in to go on with.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>What the page says of a code that is not right.</summary>
    protected abstract string Wrong { get; }

    public async Task<IActionResult> OnGetAsync() => await ReadAsync() is null ? this.Refuse() : Page();

    public async Task<IActionResult> OnPostAsync(string? code, CancellationToken cancellationToken)
    {
        if (await ReadAsync() is not { } step)
        {
            return this.Refuse();
        }

        if (string.IsNullOrWhiteSpace(code) || code.Length > MaximumLength)
        {
            ModelState.AddModelError(string.Empty, text[Wrong]);
            return this.Refuse();
        }

        var (succeeded, isLockedOut) = await CheckAsync(step, code, cancellationToken);
        if (!succeeded)
        {
            ModelState.AddModelError(string.Empty, text[isLockedOut ? "SignIn.LockedOut" : Wrong]);
            return this.Refuse();
        }

        await SecondStep.EndAsync(HttpContext);
        ImmutableArray<string> methods = step.Method is { } method ? [method, "otp", "mfa"] : ["otp", "mfa"];
        return await signIn.FinishAsync(step.User.Id, step.ReturnUrl, methods);
    }

    /// <summary>Checks the code, and counts it where it is wrong.</summary>
    protected abstract Task<(bool Succeeded, bool IsLockedOut)> CheckAsync(SecondStep step, string code, CancellationToken cancellationToken);

    private async Task<SecondStep?> ReadAsync()
    {
        var step = await SecondStep.FindAsync(HttpContext);
        IsUnderWay = step is not null;
        if (addresses.ReadFormActionSource(step?.Destination) is { } source)
        {
            HttpContext.AllowFormAction(source);
        }

        return step;
    }
}
