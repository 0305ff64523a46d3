using Microsoft.AspNetCore.Mvc.Filters;

namespace Identity.Server.Pages;

/// <summary>Keeps pages out of all caches: each shows something of the person who sees it.</summary>
internal sealed class NoStoreFilter : IResultFilter
{
    public void OnResultExecuting(ResultExecutingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.HttpContext.Response.Headers.CacheControl = "no-store";
    }

    public void OnResultExecuted(ResultExecutedContext context)
    {
    }
}
