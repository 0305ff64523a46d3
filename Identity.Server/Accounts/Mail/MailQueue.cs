using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts.Mail;

/// <summary>
/// Letters that wait to be sent. Who adds one does not learn what becomes of it: neither the time that a request takes nor its answer says
/// whether there was somebody to write to. In memory: what waits when the server stops is not sent.
/// </summary>
internal sealed partial class MailQueue(IOptions<MailOptions> options, ILogger<MailQueue> logger)
{
    internal const int Capacity = 1_000;

    private readonly Channel<Letter> _letters = Channel.CreateBounded<Letter>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    /// <summary>Whether mail is sent at all.</summary>
    public bool IsOpen => options.Value.IsConfigured;

    /// <summary>The letters, for who sends them.</summary>
    public ChannelReader<Letter> Letters => _letters.Reader;

    /// <summary>Adds a letter, unless no mail is sent or too many wait.</summary>
    /// <param name="letter">The letter.</param>
    public void Add(Letter letter)
    {
        if (IsOpen && !_letters.Writer.TryWrite(letter))
        {
            LogFull(logger, Capacity);
        }
    }

    [LoggerMessage(EventId = 4071, Level = LogLevel.Warning, Message = "A mail was not sent: {Capacity} others are waiting.")]
    private static partial void LogFull(ILogger logger, int capacity);
}
