using Identity.Server.Pages;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Identity.Server.Accounts.Mail;

/// <summary>Hands letters to the mail server.</summary>
internal sealed class SmtpTransport(IOptions<MailOptions> options, Brand brand, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Hands over one letter, on a connection of its own: mail is rare.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>A task that completes when the mail server has taken it.</returns>
    public async Task SendAsync(Letter letter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var settings = options.Value;
        using var message = new MimeMessage
        {
            Subject = $"{brand.Name}: {letter.Subject}",
            Body = new TextPart("plain") { Text = letter.Body },
            Date = time.GetUtcNow(),
        };
        message.From.Add(settings.GetSender()!);
        // The address and nothing else: what a person entered is not read as a name, a list or a group.
        message.To.Add(new MailboxAddress(null, letter.Recipient));
        // Nobody is there to read an answer of a machine (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var client = new SmtpClient();
        await client.ConnectAsync(settings.Host!, settings.Port, Find(settings.Security), patience.Token);
        if (!string.IsNullOrEmpty(settings.UserName))
        {
            await client.AuthenticateAsync(settings.UserName, settings.Password!, patience.Token);
        }

        await client.SendAsync(message, patience.Token);
        await client.DisconnectAsync(quit: true, patience.Token);
    }

    // Never "where available": whoever stands between could say that it is not.
    private static SecureSocketOptions Find(MailSecurity security) => security switch
    {
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.StartTls => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.None,
    };
}
