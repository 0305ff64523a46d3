using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Sends whoever comes to sign in on to the one provider, where there is no other way. What goes wrong on the way ends at a page with a
/// link, so that nobody goes in circles.
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
        if (!HttpMethods.IsPost(request.Method)
            && context.HttpContext.RequestServices.GetRequiredService<ExternalProviders>().Only is { } only)
        {
            context.Result = new RedirectResult(
                new ProviderButtons(request.Query["returnUrl"]).AddressOf(only, request.PathBase + ExternalChallenge.Route));
        }
    }

    /// <inheritdoc/>
    public void OnPageHandlerExecuted(PageHandlerExecutedContext context)
    {
    }
}
