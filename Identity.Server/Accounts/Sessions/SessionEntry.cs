using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.Accounts.Sessions;

/// <summary>A browser in which somebody is signed in. Its cookie counts for as long as this entry is there.</summary>
internal sealed class SessionEntry : Entity
{
    /// <summary>Who is signed in.</summary>
    public required string Subject { get; set; }

    /// <summary>The security stamp of the account when the session began, or went on after a change of the account's own.</summary>
    public string? Stamp { get; set; }

    /// <summary>When the person signed in.</summary>
    public required DateTimeOffset BeginDate { get; set; }

    /// <summary>When the session was used last, to within a few minutes.</summary>
    public required DateTimeOffset LastSeenDate { get; set; }

    /// <summary>When it ends, unless it is used before.</summary>
    public required DateTimeOffset ExpirationDate { get; set; }

    /// <summary>From where it was used last.</summary>
    public string? Address { get; set; }

    /// <summary>The browser, such as Firefox; null where it is none that is known.</summary>
    public string? Browser { get; set; }

    /// <summary>What the browser runs on, such as Windows; null where that is not known.</summary>
    public string? Platform { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionEntry))]
internal sealed partial class SessionJson : JsonSerializerContext;
