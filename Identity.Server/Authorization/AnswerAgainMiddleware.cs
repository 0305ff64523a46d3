using Identity.Server.Accounts;
using Identity.Server.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Authorization;

/// <summary>
/// Sends who answers a question for the second time, in the same session and at nearly the same moment, to where the first answer led. It
/// stands before OpenIddict, which takes a request once and no more.
/// </summary>
internal sealed class AnswerAgainMiddleware(RequestDelegate next, GivenAnswers answers, SignInTurns turns, IAntiforgery antiforgery)
{
    /// <summary>Answers again, or lets the request go on.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the request was answered.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        if (await FindQuestionAsync(context) is not { } question)
        {
            await next(context);
            return;
        }

        // Until the first answer is on disk and on its way: what is registered here ends in the reverse order.
        context.Response.RegisterForDispose(await turns.WaitAsync(question, context.RequestAborted));
        if (answers.Find(question) is { } address && await antiforgery.IsRequestValidAsync(context))
        {
            context.Response.Redirect(address);
            return;
        }

        context.Response.OnCompleted(() =>
        {
            // Not where it led to another page of this server: there the question is still open.
            if (context.Response is { StatusCode: StatusCodes.Status303SeeOther, Headers.Location: [{ Length: > 0 } location] }
                && !RedirectHttpResult.IsLocalUrl(location))
            {
                answers.Add(question, location);
            }

            return Task.CompletedTask;
        });
        await next(context);
    }

    /// <summary>Finds which question is answered, and in which session; null where it is something else that is posted.</summary>
    private static async Task<string?> FindQuestionAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || request.Path != AuthorizeModel.Route || !request.HasFormContentType)
        {
            return null;
        }

        var form = await request.ReadFormAsync(context.RequestAborted);
        if (form["decision"].Count is 0 || form[Parameters.RequestUri] is not [{ Length: > 0 } name])
        {
            return null;
        }

        var ticket = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (!ticket.Succeeded || Session.FindId(ticket.Properties) is not { } session)
        {
            return null;
        }

        // The token against forgery is for this person.
        context.User = ticket.Principal;
        return $"{session} {name}";
    }
}
