using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Takes a page away where people sign in at providers alone (<see cref="LocalAccountsOptions"/>): whoever shuts somebody out there relies
/// on it that no password, passkey or link lets them in here.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LocalAccountsOnlyAttribute : Attribute, IPageFilter
{
    /// <summary>Whether the page can be looked at all the same, and only its form is gone.</summary>
    public bool FormOnly { get; init; }

    /// <inheritdoc/>
    public void OnPageHandlerSelected(PageHandlerSelectedContext context)
    {
    }

    /// <inheritdoc/>
    public void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if ((!FormOnly || HttpMethods.IsPost(context.HttpContext.Request.Method))
            && !context.HttpContext.RequestServices.GetRequiredService<ExternalProviders>().PasswordsOpen)
        {
            context.Result = new NotFoundResult();
        }
    }

    /// <inheritdoc/>
    public void OnPageHandlerExecuted(PageHandlerExecutedContext context)
    {
    }
}
