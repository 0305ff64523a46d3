using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Stores.FileSystem.Models;

/// <summary>A token's entry: a refresh token in <c>refresh_tokens.json</c>, every other type in memory.</summary>
public sealed class Token : Entity
{
    /// <summary>The <see cref="Entity.Id"/> of the <see cref="Application"/>.</summary>
    public string? ApplicationId { get; set; }

    /// <summary>The <see cref="Entity.Id"/> of the <see cref="Authorization"/>.</summary>
    public string? AuthorizationId { get; set; }

    /// <summary>The user.</summary>
    public string? Subject { get; set; }

    /// <summary>The type, a URN such as <c>urn:ietf:params:oauth:token-type:refresh_token</c>.</summary>
    public string? Type { get; set; }

    /// <summary><c>valid</c>, <c>redeemed</c>, <c>revoked</c>, or another of OpenIddict's statuses.</summary>
    public string? Status { get; set; }

    /// <summary>When it was issued.</summary>
    public DateTimeOffset? CreationDate { get; set; }

    /// <summary>When it expires.</summary>
    public DateTimeOffset? ExpirationDate { get; set; }

    /// <summary>When it was redeemed.</summary>
    public DateTimeOffset? RedemptionDate { get; set; }

    /// <summary>The SHA-256 of the value that the client holds, as OpenIddict's manager made it.</summary>
    public string? ReferenceId { get; set; }

    /// <summary>The protected content of a reference token.</summary>
    public string? Payload { get; set; }


    /// <summary>Whatever else a host keeps with it.</summary>
    public ImmutableDictionary<string, JsonElement> Properties { get; set; } = ImmutableDictionary<string, JsonElement>.Empty;

    /// <summary>The address on whose behalf an entry in memory was made; see <see cref="UnitOfWork.Origin"/>.</summary>
    [JsonIgnore]
    internal string? Origin { get; set; }
}
