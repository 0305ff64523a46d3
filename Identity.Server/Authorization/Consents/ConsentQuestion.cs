using Identity.Server.ClientDocuments;

namespace Identity.Server.Authorization.Consents;

/// <summary>What a person reads before they allow a client something, and what they may choose.</summary>
internal sealed record ConsentQuestion
{
    /// <summary>What the client calls itself; a claim, nothing more. Null: nothing.</summary>
    public required string? ClientName { get; init; }

    /// <summary>Which application it is, where identifier and address say so; null: nobody knows.</summary>
    public required string? KnownAs { get; init; }

    /// <summary>Where the answer goes; null for a device.</summary>
    public required ClientAddress? Address { get; init; }

    /// <summary>When this server first heard of the client; null where whoever runs the server made it.</summary>
    public required DateTimeOffset? FirstSeen { get; init; }

    /// <summary>Where the client describes itself, if it does.</summary>
    public required string? DocumentHost { get; init; }

    /// <summary>What has changed in its description since the person agreed to it.</summary>
    public required IReadOnlyList<DocumentChange> DocumentChanges { get; init; }

    /// <summary>The resources, and what people call them where they were told how.</summary>
    public required IReadOnlyList<(string Uri, string? Name)> Resources { get; init; }

    /// <summary>What goes with every connection, in plain words.</summary>
    public required IReadOnlyList<string> Required { get; init; }

    /// <summary>What can be left out.</summary>
    public required IReadOnlyList<OptionalScope> Optional { get; init; }

    /// <summary>How long the connection may last; empty where there is nothing to choose.</summary>
    public required ConsentDurations Durations { get; init; }

    /// <summary>Whether the person has paused a connection of this client.</summary>
    public required bool IsPaused { get; init; }
}

/// <summary>A scope that a person may leave out.</summary>
/// <param name="Name">The scope.</param>
/// <param name="Sentence">What it allows, in plain words.</param>
/// <param name="IsTicked">Whether it is allowed unless the person says otherwise.</param>
internal sealed record OptionalScope(string Name, string Sentence, bool IsTicked);
