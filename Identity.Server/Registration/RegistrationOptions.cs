using System.ComponentModel.DataAnnotations;
using Identity.Server.Registration.Statements;

namespace Identity.Server.Registration;

/// <summary>How clients may register themselves: section <c>Identity:Registration</c>.</summary>
internal sealed class RegistrationOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Registration";

    private static readonly string[] UsualSchemes = ["cursor", "vscode", "vscode-insiders"];

    /// <summary>Who may register clients.</summary>
    public RegistrationMode Mode { get; set; }

    /// <summary>
    /// Schemes without a period that redirect URIs may have, <c>cursor</c>, <c>vscode</c> and <c>vscode-insiders</c> among them whatever is
    /// configured. Those with a period (RFC 8252, section 7.1) need not be listed.
    /// </summary>
    public IList<string> PrivateUseSchemes { get; } = [.. UsualSchemes];

    /// <summary>Who may state something about the software of clients. Without any, software statements are refused.</summary>
    public List<SoftwareStatementIssuer> SoftwareStatementIssuers { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (index, scheme) in PrivateUseSchemes.Skip(UsualSchemes.Length).Index())
        {
            if (!RedirectUriRules.IsPrivateUseScheme(scheme))
            {
                yield return new(
                    "the scheme of an application, without a colon, such as cursor; none that a browser handles itself", [$"{nameof(PrivateUseSchemes)}:{index}"]);
            }
        }

        foreach (var (index, issuer) in SoftwareStatementIssuers.Index())
        {
            if (issuer.FindProblem() is { } problem)
            {
                yield return new(problem.Allowed, [$"{nameof(SoftwareStatementIssuers)}:{index}:{problem.Setting}"]);
            }
            else if (SoftwareStatementIssuers.Take(index).Any(other => other.Issuer == issuer.Issuer))
            {
                yield return new("an issuer that is not listed before", [$"{nameof(SoftwareStatementIssuers)}:{index}:{nameof(issuer.Issuer)}"]);
            }
        }
    }
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
