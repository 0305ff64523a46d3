using Identity.Server.Accounts.Mail;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Mail;

/// <summary>The conversation with the mail server, and what happens when it does not go well.</summary>
internal sealed class MailTests
{
    private static readonly Letter Letter = new("anna@example.com", "A subject – with a dash", "A line.\n.\n.two dots\nGrüße\n");

    [Test]
    public async Task A_letter_arrives_as_it_was_written()
    {
        await using var mail = new SmtpListener { Credentials = ("identity", "mail-server-secret") };
        await using var server = await TestServer.StartAsync([.. mail.Settings, "--Identity:Branding:ProductName=Door"]);

        Send(server);
        var message = await mail.ReceiveAsync();

        Assert.That(message.Subject, Is.EqualTo("Door: " + Letter.Subject));
        Assert.That(message.From.ToString(), Is.EqualTo("\"Example sign-in\" <id@example.com>").Or.EqualTo("Example sign-in <id@example.com>"));
        Assert.That(message.To.Mailboxes.Select(mailbox => mailbox.Address), Is.EqualTo(new[] { Letter.Recipient }));
        Assert.That(message.Body, Is.InstanceOf<TextPart>());
        Assert.That(message.TextBody!.ReplaceLineEndings("\n"), Is.EqualTo(Letter.Body));
        Assert.That(message.Headers["Auto-Submitted"], Is.EqualTo("auto-generated"));
    }

    [Test]
    public async Task What_the_mail_server_takes_later_is_tried_again_and_what_it_refuses_is_not()
    {
        await using var mail = new SmtpListener();
        AnnouncingTime time = null!;
        await using var server = await TestServer.StartAsync(builder => time = AnnouncingTime.In(builder.Services), mail.Settings);
        foreach (var refusal in new[] { "550 no such person", "451 not now", "421 busy", "452 full" })
        {
            mail.Refusals.Enqueue(refusal);
        }

        Send(server, "first@example.com");
        Send(server, "second@example.com");
        foreach (var pause in MailJob.Pauses)
        {
            await time.WaitForTimerAsync(pause);
            server.Time.Advance(pause);
        }

        Assert.That((await mail.ReceiveAsync()).To.Mailboxes.Single().Address, Is.EqualTo("second@example.com"));
        Assert.That(Logged(server, 4074).Single(), Does.Contain("after 1 attempts").And.Contain("550"));
        Assert.That(Logged(server, 4073), Has.Count.EqualTo(3));
        Assert.That(server.Log.Entries.Where(entry => entry.Event.Id is >= 4071 and <= 4079).Select(entry => entry.Message), Has.None.Contains("@example.com"));
    }

    [Test]
    public async Task A_letter_that_cannot_even_be_written_stops_neither_the_next_one_nor_the_server()
    {
        await using var mail = new SmtpListener();
        await using var server = await TestServer.StartAsync(mail.Settings);

        server.Services.GetRequiredService<MailQueue>().Add(Letter with { Recipient = null! });
        Send(server);

        Assert.That((await mail.ReceiveAsync()).To.Mailboxes.Single().Address, Is.EqualTo(Letter.Recipient));
        Assert.That(Logged(server, 4074), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Nothing_is_sent_in_the_clear_where_encryption_is_asked_for()
    {
        await using var mail = new SmtpListener { Credentials = ("identity", "mail-server-secret") };
        await using var server = await TestServer.StartAsync([.. mail.Settings, "--Identity:Mail:Security=StartTls"]);

        Send(server);
        await server.Log.WaitForAsync(entry => entry.Event.Id is 4074);

        Assert.That(mail.Waiting, Is.Zero);
        Assert.That(mail.Commands, Has.None.StartsWith("AUTH").And.None.StartsWith("MAIL"));
    }

    [Test]
    public async Task A_mail_server_that_does_not_know_this_one_is_a_line_in_the_log()
    {
        await using var mail = new SmtpListener { Credentials = ("identity", "mail-server-secret") };
        await using var server = await TestServer.StartAsync([.. mail.Settings, "--Identity:Mail:Password=wrong-secret"]);

        Send(server);
        await server.Log.WaitForAsync(entry => entry.Event.Id is 4074);

        Assert.That(mail.Waiting, Is.Zero);
        Assert.That(server.Log.Entries.Select(entry => entry.Message), Has.None.Contains("wrong-secret"));
    }

    private static void Send(TestServer server, string? recipient = null)
        => server.Services.GetRequiredService<MailQueue>().Add(recipient is null ? Letter : Letter with { Recipient = recipient });

    private static List<string> Logged(TestServer server, int number)
        => [.. server.Log.Entries.Where(entry => entry.Event.Id == number).Select(entry => entry.Message)];
}
