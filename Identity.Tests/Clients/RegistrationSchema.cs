using System.Text.Json;

namespace Identity.Tests.Clients;

/// <summary>The answer to a registration, as clients with a schema for it take it.</summary>
internal static class RegistrationSchema
{
    private static readonly string[] Texts =
    [
        "client_id", "client_secret", "client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri", "scope", "software_id", "software_version",
        "token_endpoint_auth_method", "application_type", "registration_client_uri", "registration_access_token",
    ];

    private static readonly string[] Lists = ["redirect_uris", "grant_types", "response_types", "contacts"];

    /// <summary>What clients need whether or not they asked for it.</summary>
    private static readonly string[] Required =
        ["client_id", "client_id_issued_at", "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types", "scope", "application_type"];

    /// <summary>Checks an answer.</summary>
    /// <param name="request">What the client sent.</param>
    /// <param name="answer">What it was told.</param>
    public static void Check(JsonElement request, JsonElement answer)
    {
        StrictJson.AssertFilled(answer);
        Assert.That(answer.EnumerateObject().Select(member => member.Name), Is.SupersetOf(Required));
        foreach (var member in answer.EnumerateObject())
        {
            var kind = Texts.Contains(member.Name) ? JsonValueKind.String : Lists.Contains(member.Name) ? JsonValueKind.Array : JsonValueKind.Number;
            Assert.That(member.Value.ValueKind, Is.EqualTo(kind), member.Name);
        }

        // A secret and its end belong together, and the end is a whole number.
        var isSecret = answer.GetProperty("token_endpoint_auth_method").GetString() is not "none";
        Assert.That(answer.TryGetProperty("client_secret", out _), Is.EqualTo(isSecret));
        Assert.That(answer.TryGetProperty("client_secret_expires_at", out var end) ? end.GetRawText() : null, Is.EqualTo(isSecret ? "0" : null));
        Assert.That(answer.TryGetProperty("registration_access_token", out _), Is.EqualTo(isSecret));

        // What was asked for and can be is told as it was asked for; only scopes that are empty and members that nobody knows are not.
        foreach (var member in request.EnumerateObject().Where(member => member.Name is not "resource" && member.Value.GetRawText() is not "\"\""))
        {
            Assert.That(answer.TryGetProperty(member.Name, out var told) ? told.GetRawText() : null, Is.EqualTo(member.Value.GetRawText()), member.Name);
        }
    }
}
