using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Identity.Server.Registration;

/// <summary>The JSON object that a client sends, whatever it is in truth.</summary>
internal static class RegistrationBody
{
    /// <summary>Reads it.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="type">How it is read.</param>
    /// <returns>What the client sent.</returns>
    /// <exception cref="RegistrationException">It is no such object.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            throw RegistrationException.InvalidClientMetadata("The request must be a JSON object with Content-Type: application/json");
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, request.HttpContext.RequestAborted)
                ?? throw RegistrationException.InvalidClientMetadata("The request must be a JSON object, not null");
        }
        catch (JsonException exception)
        {
            throw RegistrationException.InvalidClientMetadata(Describe(exception, type));
        }
    }

    // Only members that exist are named: the rest of a path is whatever the client wrote.
    private static string Describe(JsonException exception, JsonTypeInfo type)
        => type.Properties.FirstOrDefault(property => !property.IsExtensionData && IsAt(exception.Path, property.Name)) is { } member
            ? $"{member.Name}: must be {Describe(member.PropertyType)}, given once"
            : "The request must be one valid JSON object, no more than 16 levels deep, with each member given once";

    private static string Describe(Type type) => type == typeof(string) ? "a string" : type.IsArray ? "an array of strings" : "valid JSON";

    private static bool IsAt(string? path, string member)
        => path is not null && path.StartsWith("$." + member, StringComparison.Ordinal) && path.AsSpan(member.Length + 2) is [] or ['[' or '.', ..];
}
