using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Stores.FileSystem.Models;

/// <summary>A token's entry: a refresh token in <c>refresh_tokens.json</c>, every other type in memory.</summary>
/// <remarks>There are a great many: what is alike in them is kept once, and the rest in as few bytes as it takes.</remarks>
public sealed class Token : Entity
{
    private CompactTime _creationDate;
    private CompactTime _expirationDate;
    private CompactTime _redemptionDate;

    /// <summary>The <see cref="Entity.Id"/> of the <see cref="Application"/>.</summary>
    public string? ApplicationId { get; set; }

    /// <summary>The <see cref="Entity.Id"/> of the <see cref="Authorization"/>.</summary>
    public string? AuthorizationId { get; set; }

    /// <summary>The user.</summary>
    public string? Subject { get; set; }

    /// <summary>The type, a URN such as <c>urn:ietf:params:oauth:token-type:refresh_token</c>.</summary>
    [JsonConverter(typeof(SharedText.Converter))]
    public string? Type { get; set; }

    /// <summary><c>valid</c>, <c>redeemed</c>, <c>revoked</c>, or another of OpenIddict's statuses.</summary>
    [JsonConverter(typeof(SharedText.Converter))]
    public string? Status { get; set; }

    /// <summary>When it was issued. This date and the others come back in UTC.</summary>
    public DateTimeOffset? CreationDate { get => _creationDate; set => _creationDate = value; }

    /// <summary>When it expires.</summary>
    public DateTimeOffset? ExpirationDate { get => _expirationDate; set => _expirationDate = value; }

    /// <summary>When it was redeemed.</summary>
    public DateTimeOffset? RedemptionDate { get => _redemptionDate; set => _redemptionDate = value; }

    /// <summary>The SHA-256 of the value that the client holds, as OpenIddict's manager made it.</summary>
    [JsonIgnore]
    public string? ReferenceId { get => KeptReference.ToString(); set => KeptReference = CompactHash.From(value); }

    /// <summary>The protected content of a reference token.</summary>
    [JsonIgnore]
    public string? Payload { get => CompactText.ToText(KeptPayload); set => KeptPayload = CompactText.From(value); }

    /// <summary>Whatever else a host keeps with it.</summary>
    [JsonIgnore]
    public ImmutableDictionary<string, JsonElement> Properties
    {
        get => CompactProperties.ToProperties(KeptProperties);
        set => KeptProperties = CompactProperties.From(value);
    }

    /// <summary>The address on whose behalf an entry in memory was made; see <see cref="UnitOfWork.Origin"/>.</summary>
    [JsonIgnore]
    internal string? Origin { get; set; }

    [JsonInclude, JsonPropertyName("reference_id"), JsonConverter(typeof(CompactHash.Converter))]
    internal CompactHash KeptReference { get; set; }

    [JsonInclude, JsonPropertyName("payload"), JsonConverter(typeof(CompactText.Converter))]
    internal object? KeptPayload { get; set; }

    [JsonInclude, JsonPropertyName("properties"), JsonConverter(typeof(CompactProperties.Converter))]
    internal byte[]? KeptProperties { get; set; }
}
