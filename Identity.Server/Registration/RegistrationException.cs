namespace Identity.Server.Registration;

/// <summary>The request breaks a rule.</summary>
internal sealed class RegistrationException(RegistrationError error) : Exception(error.Description)
{
    /// <summary>What the client is told.</summary>
    public RegistrationError Error { get; } = error;

    /// <summary>A redirect URI breaks a rule.</summary>
    /// <param name="description">The member, and the rule.</param>
    /// <returns>The exception.</returns>
    public static RegistrationException InvalidRedirectUri(string description) => new(new("invalid_redirect_uri", description));

    /// <summary>Another member breaks a rule.</summary>
    /// <param name="description">The member, and the rule.</param>
    /// <returns>The exception.</returns>
    public static RegistrationException InvalidClientMetadata(string description) => new(new("invalid_client_metadata", description));

    /// <summary>A software statement is none.</summary>
    /// <param name="description">The member, and the rule.</param>
    /// <returns>The exception.</returns>
    public static RegistrationException InvalidSoftwareStatement(string description) => new(new("invalid_software_statement", description));

    /// <summary>A software statement comes from somebody whom the server does not trust.</summary>
    /// <param name="description">The member, and the rule.</param>
    /// <returns>The exception.</returns>
    public static RegistrationException UnapprovedSoftwareStatement(string description) => new(new("unapproved_software_statement", description));
}
