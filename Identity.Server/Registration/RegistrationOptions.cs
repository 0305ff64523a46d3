namespace Identity.Server.Registration;

/// <summary>How clients may register themselves: section <c>Identity:Registration</c>.</summary>
internal sealed class RegistrationOptions
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Registration";

    /// <summary>Who may register clients.</summary>
    public RegistrationMode Mode { get; set; }

    /// <summary>
    /// Schemes without a period that redirect URIs may have, <c>cursor</c>, <c>vscode</c> and <c>vscode-insiders</c> among them whatever is
    /// configured. Those with a period (RFC 8252, section 7.1) need not be listed.
    /// </summary>
    public IList<string> PrivateUseSchemes { get; } = ["cursor", "vscode", "vscode-insiders"];
}

/// <summary>Who may register clients.</summary>
internal enum RegistrationMode
{
    /// <summary>Anybody.</summary>
    Open,

    /// <summary>Whoever has an initial access token.</summary>
    InitialAccessToken,

    /// <summary>Nobody.</summary>
    Closed,
}
