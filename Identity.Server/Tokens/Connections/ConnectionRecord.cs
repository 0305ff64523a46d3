using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.Tokens.Connections;

/// <summary>
/// What a person may want to know about a connection, and has decided about it. Its identifier is that of the authorization to
/// which the tokens belong; it outlives that one, so that it can still be told why it ended.
/// </summary>
internal sealed class ConnectionRecord : Entity
{
    /// <summary>For how long it is known how a connection ended.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    /// <summary>The user.</summary>
    public required string Subject { get; set; }

    /// <summary>The client, by the identifier it presents.</summary>
    public required string ClientId { get; set; }

    /// <summary>What the client called itself when the connection began; a claim, nothing more.</summary>
    public string? ClientName { get; set; }

    /// <summary>Where the client received its answer; null for a device.</summary>
    public string? RedirectUri { get; set; }

    /// <summary>The resources (RFC 8707) that were granted; none: this server.</summary>
    public ImmutableArray<string> Resources { get; set; } = [];

    /// <summary>The scopes that were granted.</summary>
    public ImmutableArray<string> Scopes { get; set; } = [];

    /// <summary>When the user agreed.</summary>
    public required DateTimeOffset BeganAt { get; set; }

    /// <summary>When the client first fetched tokens; null: not yet.</summary>
    public DateTimeOffset? FirstUsedAt { get; set; }

    /// <summary>From which address that was.</summary>
    public string? FirstUsedFrom { get; set; }

    /// <summary>When the client last fetched tokens, to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>From which address that was.</summary>
    public string? LastUsedFrom { get; set; }

    /// <summary>Until when the newest token works with which it can go on.</summary>
    public required DateTimeOffset UsableUntil { get; set; }

    /// <summary>When it ends because its user said so; null: as late as the server's settings let it.</summary>
    public DateTimeOffset? ChosenEnd { get; set; }

    /// <summary>Whether its user stopped it for a while.</summary>
    public bool IsPaused { get; set; }

    /// <summary>When its user stopped it and let it go on, oldest first.</summary>
    public ImmutableArray<ConnectionEvent>? Events { get; set; }

    /// <summary>When it ended, other than by its dates.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Why it did.</summary>
    public ConnectionEnding? Ending { get; set; }

    /// <summary>When nothing is known of it any more. What was never used is forgotten with its code.</summary>
    internal DateTimeOffset ForgottenAt
    {
        get
        {
            var end = EndedAt ?? UsableUntil;

            // Somebody may have written the last of all days into the file.
            return FirstUsedAt is null || end > DateTimeOffset.MaxValue - Memory ? end : end + Memory;
        }
    }
}

/// <summary>Something that its user did to a connection.</summary>
/// <param name="At">When.</param>
/// <param name="IsPause">Whether it was stopped; else let go on.</param>
internal sealed record ConnectionEvent(DateTimeOffset At, bool IsPause);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ConnectionRecord))]
internal sealed partial class ConnectionJson : JsonSerializerContext;
