using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Core.Infrastructure;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Identity.Server.Accounts.Sessions;

/// <summary>
/// Asks for a sign-in where the form of an expired session is sent. The token in it was for who was signed in, and would be refused as if
/// somebody had forged it; the page is shown again, empty, after the sign-in.
/// </summary>
internal sealed class SignInAfterExpiry : IAsyncAlwaysRunResultFilter
{
    /// <inheritdoc/>
    public async Task OnResultExecutionAsync(ResultExecutingContext context, ResultExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var http = context.HttpContext;
        if (context.Result is IAntiforgeryValidationFailedResult
            && !http.Request.Path.StartsWithSegments(SignInModel.Route, StringComparison.OrdinalIgnoreCase)
            && (await http.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Failure is not null)
        {
            context.Result = new RedirectResult(
                http.RequestServices.GetRequiredService<SignInAddress>().Create(http, http.Request.PathBase + http.Request.Path));
        }

        await next();
    }
}
