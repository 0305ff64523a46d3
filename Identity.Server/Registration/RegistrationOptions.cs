namespace Identity.Server.Registration;

/// <summary>How clients may register themselves: section <c>Identity:Registration</c>.</summary>
internal sealed class RegistrationOptions
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Registration";

    /// <summary>
    /// Schemes without a period that redirect URIs may have, <c>cursor</c>, <c>vscode</c> and <c>vscode-insiders</c> among them whatever is
    /// configured. Those with a period (RFC 8252, section 7.1) need not be listed.
    /// </summary>
    public IList<string> PrivateUseSchemes { get; } = ["cursor", "vscode", "vscode-insiders"];
}
