using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Identity.Server.Accounts.Mail;

/// <summary>Sends what waits in the queue, one letter after another, and tries again where the mail server may take it later.</summary>
internal sealed partial class MailJob(MailQueue queue, SmtpTransport transport, TimeProvider time, ILogger<MailJob> logger) : BackgroundService
{
    /// <summary>How long it waits before each further attempt.</summary>
    internal static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var letter in queue.Letters.ReadAllAsync(stoppingToken))
        {
            await DeliverAsync(letter, stoppingToken);
        }
    }

    private async Task DeliverAsync(Letter letter, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await transport.SendAsync(letter, cancellationToken);
                LogSent(logger);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it is: what escapes from here stops the server, and people enter the addresses.
                // Not the message itself, which may repeat the address.
                var reason = exception is SmtpCommandException { StatusCode: var status } ? $"status {(int)status}" : exception.GetType().Name;
                if (attempt == Pauses.Length || !MayPass(exception))
                {
                    LogLost(logger, attempt + 1, reason);
                    return;
                }

                LogDelayed(logger, reason, Pauses[attempt].TotalSeconds);
            }

            // The pause before another attempt, on the clock that tests move.
            await Task.Delay(Pauses[attempt], time, cancellationToken);
        }
    }

    // A mail server says 4xx of what it may take later, and 5xx of what it will not take. What is wrong with a letter stays wrong.
    private static bool MayPass(Exception exception) => exception
        is SmtpCommandException { StatusCode: < (SmtpStatusCode)500 }
        or SmtpProtocolException or ServiceNotConnectedException or IOException or SocketException or TimeoutException or OperationCanceledException;

    [LoggerMessage(EventId = 4072, Level = LogLevel.Information, Message = "A mail was sent.")]
    private static partial void LogSent(ILogger logger);

    [LoggerMessage(EventId = 4073, Level = LogLevel.Information, Message = "The mail server did not take a mail ({Reason}); it is tried again in {Seconds} seconds.")]
    private static partial void LogDelayed(ILogger logger, string reason, double seconds);

    [LoggerMessage(EventId = 4074, Level = LogLevel.Error, Message = "A mail was not sent after {Attempts} attempts: the mail server did not take it ({Reason}).")]
    private static partial void LogLost(ILogger logger, int attempts, string reason);
}
