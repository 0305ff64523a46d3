using System.Text.Json.Serialization;

namespace Identity.Server.Registration;

/// <summary>Why a client was not registered (RFC 7591, section 3.2.2).</summary>
/// <param name="Error">The error code.</param>
/// <param name="Description">The member of the request, and the rule it breaks.</param>
internal sealed record RegistrationError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string Description);
