using Identity.Server.Accounts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Identity.Server.Administration;

/// <summary>Lets a page be reached by administrators only. To anybody else who is signed in there is nothing at its address.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RequireAdministratorAttribute : Attribute, IAsyncPageFilter
{
    /// <inheritdoc/>
    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (await Session.FindAsync(context.HttpContext) is { User.IsAdministrator: true })
        {
            await next();
            return;
        }

        context.Result = new NotFoundResult();
    }
}
