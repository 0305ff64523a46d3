using Microsoft.AspNetCore.Mvc;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Sends somebody to a provider. It is reached by a link: browsers would hold the redirects after a form to its page's rule, and nobody is
/// signed in as anybody else by coming here.
/// </summary>
internal sealed class ExternalStartModel(ExternalProviders providers) : ExternalPageModel
{
    public async Task<IActionResult> OnGetAsync(string? provider, string? returnUrl, string? invitation)
    {
        if (providers.Find(provider) is not { } found)
        {
            return NotFound();
        }

        return await ExternalChallenge.BeginAsync(HttpContext, found, new(found.Name, returnUrl, Invitation: invitation))
            ? new EmptyResult()
            : Show(ExternalProblem.ProviderFailed, found, returnUrl);
    }
}
