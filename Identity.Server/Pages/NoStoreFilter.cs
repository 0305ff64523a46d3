using Microsoft.AspNetCore.Mvc.Filters;

namespace Identity.Server.Pages;

/// <summary>Keeps pages out of all caches: each shows something of the person who sees it.</summary>
internal sealed class NoStoreFilter : IResultFilter
{
    public void OnResultExecuting(ResultExecutingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // The longer form is the one that the antiforgery service sets on pages with a form; of any other it warns with each page.
        context.HttpContext.Response.Headers.CacheControl = "no-cache, no-store";
    }

    public void OnResultExecuted(ResultExecutedContext context)
    {
    }
}
