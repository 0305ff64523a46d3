using System.Security.Cryptography;
using Identity.Server.Authorization;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Microsoft.Net.Http.Headers;
using OpenIddict.Abstractions;

namespace Identity.Server.Pages;

/// <summary>
/// What a person sees when something is wrong: what happened, what to do, and a reference under which the log says more.
/// </summary>
/// <remarks>It stands in for a request that failed: its status is the one that request left behind. It only shows, so that nothing can be forged.</remarks>
[IgnoreAntiforgeryToken(Order = 1001)]
internal sealed partial class ErrorModel(IOpenIddictApplicationManager applications, IStringLocalizer<Texts> text, ILogger<ErrorModel> logger) : PageModel
{
    internal const string Route = "/error";

    private const int MaximumShown = 100;

    public Explanation Explanation { get; private set; } = null!;

    /// <summary>What to look for in the log; null where there is nothing to find.</summary>
    public string? Reference { get; private set; }

    /// <inheritdoc/>
    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);

        var answer = HttpContext.GetOpenIddictServerResponse();
        if (answer?.Error is not null && Response.StatusCode < 500)
        {
            // The protocol's status for an unknown client asks for credentials, which is not for a browser to give.
            Response.StatusCode = StatusCodes.Status400BadRequest;
            Response.Headers.Remove(HeaderNames.WWWAuthenticate);
            Reference = CreateReference();
            await ExplainAsync(answer, HttpContext.RequestAborted);
        }
        else
        {
            if (Response.StatusCode < 400)
            {
                Response.StatusCode = StatusCodes.Status404NotFound;
            }

            Explanation = Explain(Response.StatusCode);
            // Where there is nothing, there is nothing to find in the log either.
            if (Response.StatusCode is not StatusCodes.Status404NotFound)
            {
                Reference = CreateReference();
                var path = ForLog(HttpContext.Features.Get<IStatusCodeReExecuteFeature>()?.OriginalPath, MaximumShown);
                if (Response.StatusCode >= 500)
                {
                    Log.Failed(logger, Reference, Response.StatusCode, path, HttpContext.TraceIdentifier);
                }
                else
                {
                    Log.Declined(logger, Reference, Response.StatusCode, path);
                }
            }
        }

        await next();
    }

    private async Task ExplainAsync(OpenIddictResponse answer, CancellationToken cancellationToken)
    {
        var request = HttpContext.GetOpenIddictServerRequest();
        var fault = await AuthorizationFaults.ClassifyAsync(request, applications, cancellationToken);
        Log.Refused(logger, Reference!, fault, answer.Error!, answer.ErrorDescription, ForLog(request?.ClientId, fault is AuthorizationFault.UnknownClient ? 8 : MaximumShown));
        Explanation = new Explanation(
            $"Error.{fault}",
            Sentence: fault is AuthorizationFault.InvalidRequest ? $"{answer.ErrorDescription ?? text["Error.InvalidRequest.NoReason"]} ({answer.Error})" : null,
            ShowMore: fault is AuthorizationFault.UnknownClient or AuthorizationFault.RequestGone,
            ShowReconnect: fault is AuthorizationFault.UnknownClient or AuthorizationFault.UnknownRedirectUri);
    }

    private static Explanation Explain(int status) => new(status switch
    {
        StatusCodes.Status400BadRequest => "Error.Outdated",
        StatusCodes.Status404NotFound => "Error.NotFound",
        StatusCodes.Status429TooManyRequests => "Error.TooMany",
        >= 500 => "Error.Failed",
        _ => "Error.Other",
    });

    private static string CreateReference() => RandomNumberGenerator.GetString("23456789ABCDEFGHJKMNPQRSTUVWXYZ", 8);

    // A stranger wrote it: no line of its own in the log, and not at any length. What is no client's identifier may be a secret that
    // somebody took for one.
    private static string? ForLog(string? value, int shown)
    {
        return value is null || value.Length <= shown ? Plain(value) : Plain(value[..shown]) + "…";

        static string? Plain(string? value) => value is null ? null : string.Concat(value.Select(character => char.IsControl(character) ? '?' : character));
    }

    private static partial class Log
    {
        [LoggerMessage(4201, LogLevel.Information,
            "Reference {Reference}: an authorization request was not taken: {Fault}, {Error}: {Description} Client: {ClientId}")]
        public static partial void Refused(
            ILogger logger, string reference, AuthorizationFault fault, string error, string? description, string? clientId);

        [LoggerMessage(4202, LogLevel.Error, "Reference {Reference}: status {StatusCode} was shown for {Path}, request {RequestId}")]
        public static partial void Failed(ILogger logger, string reference, int statusCode, string? path, string requestId);

        [LoggerMessage(4203, LogLevel.Information, "Reference {Reference}: status {StatusCode} was shown for {Path}")]
        public static partial void Declined(ILogger logger, string reference, int statusCode, string? path);
    }
}

/// <summary>What an error page says.</summary>
/// <param name="Key">Where its words begin in <c>Texts.resx</c>.</param>
/// <param name="Sentence">What there is to say beyond them.</param>
/// <param name="ShowMore">Whether there is a second paragraph.</param>
/// <param name="ShowReconnect">Whether connecting the application anew will help.</param>
internal sealed record Explanation(string Key, string? Sentence = null, bool ShowMore = false, bool ShowReconnect = false);
