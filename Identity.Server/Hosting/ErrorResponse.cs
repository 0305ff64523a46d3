using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Server.Hosting;

/// <summary>An error as RFC 6749 section 5.2 has it.</summary>
/// <param name="Error">The code.</param>
/// <param name="Description">What happened, for the person who reads the client's log.</param>
internal sealed record ErrorResponse(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string Description)
{
    /// <summary>Sends an error and nothing of what was prepared before it.</summary>
    /// <param name="context">The request, whose response has not begun.</param>
    /// <param name="statusCode">The HTTP status.</param>
    /// <param name="error">The code.</param>
    /// <param name="description">What happened.</param>
    /// <returns>A task that completes when it is sent.</returns>
    public static Task WriteAsync(HttpContext context, int statusCode, string error, string description)
    {
        context.Response.StatusCode = statusCode;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "application/json;charset=UTF-8";
        return JsonSerializer.SerializeAsync(
            context.Response.Body, new ErrorResponse(error, description), ErrorResponseJson.Default.ErrorResponse, context.RequestAborted);
    }

    /// <summary>Describes a status that nothing else described.</summary>
    /// <param name="context">The request, whose response has that status and no body.</param>
    /// <returns>A task that completes when it is sent.</returns>
    public static Task WriteStatusAsync(HttpContext context)
    {
        var (error, description) = context.Response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => ("invalid_token", "The request needs an access token that is valid: not expired, not revoked, and not from before a restart."),
            StatusCodes.Status404NotFound => ("not_found", "There is nothing at this address."),
            StatusCodes.Status405MethodNotAllowed => ("invalid_request", "This address does not take that method."),
            StatusCodes.Status413PayloadTooLarge => ("invalid_request", $"The request is larger than {RequestLimits.MaximumBodySize} bytes."),
            StatusCodes.Status415UnsupportedMediaType => ("invalid_request", "The request has a content type that this address does not take."),
            StatusCodes.Status503ServiceUnavailable => ("temporarily_unavailable", "The server cannot keep changes at the moment. Try again shortly."),
            >= 500 => ("server_error", "Something went wrong here; the server's log has the details."),
            _ => ("invalid_request", "The request is not one that this address understands."),
        };
        return WriteAsync(context, context.Response.StatusCode, error, description);
    }
}

[JsonSerializable(typeof(ErrorResponse))]
internal sealed partial class ErrorResponseJson : JsonSerializerContext;
