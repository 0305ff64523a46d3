using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Identity.Server.Registration;

/// <summary>POST /connect/register (RFC 7591, section 3).</summary>
internal static class RegistrationEndpoint
{
    /// <summary>The path of the endpoint.</summary>
    public const string Path = "/connect/register";

    /// <summary>Registers the client that asks for it: 201 with what was registered, or 400 with the rule that stands against it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="reader">Checks what it asks for.</param>
    /// <param name="registrar">Keeps it.</param>
    /// <returns>A task that completes when the request is answered.</returns>
    public static async Task HandleAsync(HttpContext context, ClientMetadataReader reader, ClientRegistrar registrar)
    {
        RegistrationResponse response;
        try
        {
            var metadata = reader.Read(await ReadRequestAsync(context.Request));
            response = await registrar.RegisterAsync(metadata, context.RequestAborted);
        }
        catch (RegistrationException exception)
        {
            await WriteAsync(context, StatusCodes.Status400BadRequest, exception.Error, RegistrationJson.Default.RegistrationError);
            return;
        }

        await WriteAsync(context, StatusCodes.Status201Created, response, RegistrationJson.Default.RegistrationResponse);
    }

    private static async Task<RegistrationRequest> ReadRequestAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            throw RegistrationException.InvalidClientMetadata("The request must be a JSON object with Content-Type: application/json");
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, RegistrationJson.Default.RegistrationRequest, request.HttpContext.RequestAborted)
                ?? throw RegistrationException.InvalidClientMetadata("The request must be a JSON object, not null");
        }
        catch (JsonException exception)
        {
            throw RegistrationException.InvalidClientMetadata(Describe(exception));
        }
    }

    // Only members that exist are named: the rest of a path is whatever the client wrote.
    private static string Describe(JsonException exception)
        => RegistrationJson.Default.RegistrationRequest.Properties.FirstOrDefault(property => IsAt(exception.Path, property.Name)) is { } member
            ? $"{member.Name}: must be {(member.PropertyType.IsArray ? "an array of strings" : "a string")}, given once"
            : "The request must be one valid JSON object, no more than 16 levels deep, with each member given once";

    private static bool IsAt(string? path, string member)
        => path is not null && path.StartsWith("$." + member, StringComparison.Ordinal) && path.AsSpan(member.Length + 2) is [] or ['[', ..];

    private static Task WriteAsync<T>(HttpContext context, int statusCode, T body, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = statusCode;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        context.Response.ContentType = "application/json;charset=UTF-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, body, type, context.RequestAborted);
    }
}
