using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using OpenIddict.Abstractions;

namespace Identity.Server.Hosting;

/// <summary>
/// Turns what nobody handled, exceptions and bare error statuses, into JSON for programs and into the page <c>/error</c> for people.
/// Neither ever says more than that something went wrong.
/// </summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    private static readonly PathString Page = "/error";

    /// <summary>Runs the rest of the pipeline and answers where it left an error without an answer.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the response is whole.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        // OpenIddict leaves errors that it cannot send back to the client to whoever announces himself by this feature.
        context.Features.Set<IStatusCodePagesFeature>(new StatusCodePagesFeature());
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var statusCode = StatusOf(exception);
            if (statusCode is StatusCodes.Status500InternalServerError)
            {
                LogUnhandled(logger, context.Request.Method, context.Request.Path, exception);
            }
            else if (statusCode is StatusCodes.Status503ServiceUnavailable)
            {
                LogUnavailable(logger, context.Request.Method, context.Request.Path, exception.Message);
            }

            context.Response.Clear();
            context.Response.StatusCode = statusCode;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null or "" })
        {
            await AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (path, query, method) = (context.Request.Path, context.Request.QueryString, context.Request.Method);
        if (context.Response.StatusCode is StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "5";
        }

        if (HttpMethods.IsHead(method))
        {
            return;
        }

        if (RequestPaths.IsForPrograms(path) || path == Page)
        {
            await ErrorResponse.WriteStatusAsync(context);
            return;
        }

        var statusCode = context.Response.StatusCode;
        (context.Request.Path, context.Request.QueryString, context.Request.Method) = (Page, QueryString.Empty, HttpMethods.Get);
        context.Features.Set<IStatusCodeReExecuteFeature>(new StatusCodeReExecuteFeature { OriginalPath = path });
        context.SetEndpoint(null);
        context.Features.Get<IRouteValuesFeature>()?.RouteValues.Clear();
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, ContentType: null or "" })
            {
                // There is no such page, or it failed in turn.
                context.Response.StatusCode = statusCode;
                await ErrorResponse.WriteStatusAsync(context);
            }
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogUnhandled(logger, HttpMethods.Get, Page, exception);
            context.Response.Clear();
            context.Response.StatusCode = statusCode;
            await ErrorResponse.WriteStatusAsync(context);
        }
        finally
        {
            (context.Request.Path, context.Request.QueryString, context.Request.Method) = (path, query, method);
        }
    }

    private static int StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        StorageException or ConcurrencyConflictException or DuplicateKeyException or OpenIddictExceptions.ConcurrencyException
            => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private static partial void LogUnhandled(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Warning, Message = "{Method} {Path} could not be kept and was answered with 503: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string method, string path, string reason);
}
