using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Identity.Server.Hosting;

/// <summary>
/// Reads a posted form before anything else does, and refuses what cannot be read as one: too many bytes or parameters, names that are
/// too long, bytes that are no text. Whoever asks for the form later gets the one that was read here. A NUL
/// character, which no parameter of the protocol can have (RFC 6749, appendix A), is refused in a query, too.
/// </summary>
internal sealed class FormGuardMiddleware(RequestDelegate next)
{
    private static readonly string TooLarge = $"The form in the request cannot be read: it is larger than {RequestLimits.MaximumBodySize} bytes.";

    /// <summary>Reads the form, if there is one, and goes on.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the request is answered.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase)
            && context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) is true)
        {
            // Answered as a page or as JSON, by the path, like every status that has no answer yet.
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (context.Request.HasFormContentType)
        {
            string? problem = null;
            try
            {
                // RFC 6749, appendix B. Some that are named otherwise could not even be looked up.
                if (context.Request.GetTypedHeaders().ContentType is { Charset: { Length: > 0 } charset } && !IsUtf8(charset))
                {
                    problem = "The form in the request cannot be read: it must be in UTF-8.";
                }
                else if (context.Request.ContentLength > RequestLimits.MaximumBodySize)
                {
                    await DiscardAsync(context);
                    problem = TooLarge;
                }
                else
                {
                    await context.Request.ReadFormAsync(context.RequestAborted);
                }
            }
            catch (InvalidDataException)
            {
                problem = "The form in the request cannot be read: it has too many parameters, too long ones, or is no form.";
            }
            catch (BadHttpRequestException exception) when (exception.StatusCode is StatusCodes.Status413PayloadTooLarge)
            {
                // A bad request like the others: that is what the endpoints that take forms call what they do not take (RFC 6749, section 5.2).
                problem = TooLarge;
            }
            catch (IOException exception) when (exception is not BadHttpRequestException)
            {
                // What a multipart form that ends too soon is told as.
                problem = "The form in the request cannot be read: it is not whole.";
            }
            catch (DecoderFallbackException)
            {
                problem = "The form in the request cannot be read: it is not valid UTF-8.";
            }

            if (problem is not null)
            {
                await ErrorResponse.WriteAsync(context, StatusCodes.Status400BadRequest, "invalid_request", problem);
                return;
            }
        }

        await next(context);
    }

    // Who is still sending when the connection is closed learns of a broken connection, and of no answer.
    private static async Task DiscardAsync(HttpContext context)
    {
        if (context.Request.ContentLength <= RequestLimits.MaximumDiscardedSize
            && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = RequestLimits.MaximumDiscardedSize;
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        }
    }

    private static bool IsUtf8(StringSegment charset)
        => HeaderUtilities.RemoveQuotes(charset) is var name
        && (name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || name.Equals("us-ascii", StringComparison.OrdinalIgnoreCase));
}
