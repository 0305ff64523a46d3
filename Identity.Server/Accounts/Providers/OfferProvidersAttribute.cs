using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Sends whoever comes to sign in on to the one provider, where there is no other way, and takes no password where passwords open nothing.
/// What goes wrong on the way ends at a page with a link, so that nobody goes in circles.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OfferProvidersAttribute : Attribute, IPageFilter
{
    /// <inheritdoc/>
    public void OnPageHandlerSelected(PageHandlerSelectedContext context)
    {
    }

    /// <inheritdoc/>
    public void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = context.HttpContext.Request;
        var providers = context.HttpContext.RequestServices.GetRequiredService<ExternalProviders>();
        if (!HttpMethods.IsPost(request.Method))
        {
            if (providers.Only is { } only)
            {
                context.Result = new RedirectResult(
                    new ProviderButtons(request.Query["returnUrl"]).AddressOf(only, request.PathBase + ExternalChallenge.Route));
            }
        }
        else if (!providers.PasswordsOpen)
        {
            context.Result = new RedirectResult(request.PathBase + SignInModel.Route);
        }
    }

    /// <inheritdoc/>
    public void OnPageHandlerExecuted(PageHandlerExecutedContext context)
    {
    }
}
