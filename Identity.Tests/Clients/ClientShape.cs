namespace Identity.Tests.Clients;

/// <summary>What one client sends, as it was recorded.</summary>
internal sealed record ClientShape
{
    /// <summary>The client.</summary>
    public required string Name { get; init; }

    /// <summary>The body of its registration, or its document, in which <c>{client}</c> is its address and <c>{host}</c> where it is.</summary>
    public required string Metadata { get; init; }

    /// <summary>Whether it describes itself in a document, and does not register.</summary>
    public bool IsDocument { get; init; }

    /// <summary>How often it registers before it connects; it goes on with the last answer.</summary>
    public int Registrations { get; init; } = 1;

    /// <summary>The type of application that it is, or is taken for.</summary>
    public required string ApplicationType { get; init; }

    /// <summary>How it authenticates at the token endpoint.</summary>
    public string Method { get; init; } = "none";

    /// <summary>The web site whose scripts are the client, so that a browser stands between them and the server.</summary>
    public string? Origin { get; init; }

    /// <summary>What it writes behind every address of the server.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Where it wants the answer; not always an address that it named before.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>What it asks for: the query of its authorization request, without what all of them send. <c>{scopes}</c> is all that the server advertises.</summary>
    public required string Query { get; init; }

    /// <summary>The same, when its user connects it once more.</summary>
    public string? NextQuery { get; init; }

    /// <summary>The resource as it writes it at the token endpoint.</summary>
    public string Resource { get; init; } = "https://mcp.example.com/mcp";

    /// <summary>The audience of its access tokens.</summary>
    public string Audience { get; init; } = "https://mcp.example.com/mcp";

    /// <summary>The scopes that it is given.</summary>
    public required string Scope { get; init; }

    /// <summary>The scopes that it is given when its user connects it once more.</summary>
    public string? NextScope { get; init; }

    /// <inheritdoc />
    public override string ToString() => Name;
}
