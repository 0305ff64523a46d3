using System.ComponentModel.DataAnnotations;
using Identity.Server.Hosting;
using MimeKit;

namespace Identity.Server.Accounts.Mail;

/// <summary>The mail server through which people are written to: section <c>Identity:Mail</c>. Without a host no mail is sent.</summary>
internal sealed class MailOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Mail";

    /// <summary>The mail server's name or address.</summary>
    public string? Host { get; set; }

    /// <summary>Its port.</summary>
    [Range(1, 65_535, ErrorMessage = "from 1 to 65535")]
    public int Port { get; set; } = 587;

    /// <summary>How the connection is protected.</summary>
    [EnumDataType(typeof(MailSecurity), ErrorMessage = "StartTls, Tls, None")]
    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    /// <summary>The name with which this server signs in there; none where it need not.</summary>
    public string? UserName { get; set; }

    /// <summary>The password that goes with it.</summary>
    public string? Password { get; set; }

    /// <summary>Whom mail comes from, such as <c>Example sign-in &lt;id@example.com&gt;</c>.</summary>
    public string? From { get; set; }

    /// <summary>Whether mail is sent.</summary>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(Host);

    /// <summary>Whom mail comes from.</summary>
    /// <returns>The mailbox; null when it is not one.</returns>
    public MailboxAddress? GetSender()
        => MailboxAddress.TryParse(From, out var sender) && sender.Address.Contains('@', StringComparison.Ordinal) ? sender : null;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsConfigured)
        {
            yield break;
        }

        if (GetSender() is null)
        {
            yield return new("the address from which mail comes, such as Example <id@example.com>", [nameof(From)]);
        }

        if (string.IsNullOrEmpty(UserName) != string.IsNullOrEmpty(Password))
        {
            yield return new("a user name and a password, or neither", [nameof(UserName)]);
        }

        if (Security is MailSecurity.None && !string.IsNullOrEmpty(UserName) && !LoopbackHost.IsLoopback(Host!))
        {
            yield return new("StartTls or Tls, since a password is sent to another machine", [nameof(Security)]);
        }
    }
}

/// <summary>How the connection to the mail server is protected.</summary>
internal enum MailSecurity
{
    /// <summary>Encrypted after it was opened, or not used (port 587).</summary>
    StartTls,

    /// <summary>Encrypted from its beginning (port 465).</summary>
    Tls,

    /// <summary>Not at all: for a mail server on this machine or in a network of one's own.</summary>
    None,
}
