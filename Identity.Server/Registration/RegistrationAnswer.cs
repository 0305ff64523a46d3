using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Identity.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Identity.Server.Registration;

/// <summary>What the endpoints of registration have in common: who asks, and how they are answered.</summary>
internal static class RegistrationAnswer
{
    private const string Scheme = "Bearer";

    /// <summary>The token that a request carries (RFC 6750, section 2.1).</summary>
    /// <param name="request">The request.</param>
    /// <returns>The token; empty where it is malformed, null where there is none.</returns>
    public static string? FindBearerToken(HttpRequest request)
        => request.Headers.Authorization is [var header] && AuthenticationHeaderValue.TryParse(header, out var value)
            && string.Equals(value.Scheme, Scheme, StringComparison.OrdinalIgnoreCase) ? value.Parameter ?? "" : null;

    /// <summary>Where a client manages its registration.</summary>
    /// <param name="context">The request.</param>
    /// <param name="clientId">The client.</param>
    /// <returns>The address.</returns>
    public static string ManagementUri(HttpContext context, string clientId)
    {
        var issuer = context.RequestServices.GetRequiredService<IOptions<IdentityServerOptions>>().Value.GetIssuer()?.AbsoluteUri.TrimEnd('/')
            ?? $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}";
        return $"{issuer}{RegistrationEndpoint.Path}/{clientId}";
    }

    /// <summary>Answers with what is registered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="statusCode">The HTTP status.</param>
    /// <param name="response">What is registered.</param>
    /// <returns>A task that completes when it is sent.</returns>
    public static Task WriteAsync(HttpContext context, int statusCode, RegistrationResponse response)
        => WriteAsync(
            context,
            statusCode,
            response.ManagementToken is null ? response : response with { ManagementUri = ManagementUri(context, response.ClientId) },
            RegistrationJson.Default.RegistrationResponse);

    /// <summary>Answers with the rule that stands against the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="error">The rule.</param>
    /// <returns>A task that completes when it is sent.</returns>
    public static Task WriteAsync(HttpContext context, RegistrationError error)
        => WriteAsync(context, StatusCodes.Status400BadRequest, error, RegistrationJson.Default.RegistrationError);

    /// <summary>Answers that a token is needed, or another one (RFC 6750, section 3).</summary>
    /// <param name="context">The request.</param>
    /// <param name="isPresented">Whether the request carried one.</param>
    /// <param name="description">Which token.</param>
    /// <returns>A task that completes when it is sent.</returns>
    public static Task WriteUnauthorizedAsync(HttpContext context, bool isPresented, string description)
    {
        context.Response.Headers.WWWAuthenticate = isPresented ? $"{Scheme} error=\"invalid_token\", error_description=\"{description}\"" : Scheme;
        return WriteAsync(context, StatusCodes.Status401Unauthorized, new RegistrationError("invalid_token", description), RegistrationJson.Default.RegistrationError);
    }

    private static Task WriteAsync<T>(HttpContext context, int statusCode, T body, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = statusCode;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        context.Response.ContentType = "application/json;charset=UTF-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, body, type, context.RequestAborted);
    }
}
