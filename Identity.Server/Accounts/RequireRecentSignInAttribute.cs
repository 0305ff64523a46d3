using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Identity.Server.Accounts;

/// <summary>
/// Lets a page be reached only by somebody who signed in within the last <see cref="Minutes"/> minutes; others sign in first
/// and come back. For what changes how one signs in, or cannot be taken back: an unattended browser is not enough for it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RequireRecentSignInAttribute : Attribute, IAsyncPageFilter
{
    /// <summary>For how long a sign-in is recent.</summary>
    public const int Minutes = 10;

    /// <inheritdoc/>
    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var http = context.HttpContext;
        var time = http.RequestServices.GetRequiredService<TimeProvider>();
        if (await Session.FindAsync(http) is not { } session
            || time.GetUtcNow() - session.AuthenticationTime > TimeSpan.FromMinutes(Minutes))
        {
            // A form that was posted is shown again, empty: its content does not fit into an address, and has no business there.
            var request = http.Request;
            context.Result = new RedirectResult(http.RequestServices.GetRequiredService<SignInAddress>()
                .Create(http, request.PathBase + request.Path + (HttpMethods.IsGet(request.Method) ? request.QueryString : default)));
            return;
        }

        await next();
    }
}
