using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using MimeKit;

namespace Identity.Tests.Infrastructure;

/// <summary>A mail server on a port of this machine, as far as a client that sends can tell (RFC 5321). It keeps what it is given.</summary>
internal sealed class SmtpListener : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<MimeMessage> _messages = Channel.CreateUnbounded<MimeMessage>();
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly Task _running;

    public SmtpListener()
    {
        _listener.Start();
        _running = AcceptAsync();
    }

    /// <summary>The user name and password that it wants; null: none.</summary>
    public (string UserName, string Password)? Credentials { get; init; }

    /// <summary>What it answers, in turn, instead of taking a recipient.</summary>
    public Queue<string> Refusals { get; } = new();

    /// <summary>The settings with which the server under test uses it.</summary>
    public string[] Settings =>
    [
        "--Identity:Mail:Host=127.0.0.1", $"--Identity:Mail:Port={((IPEndPoint)_listener.LocalEndpoint).Port}",
        "--Identity:Mail:Security=None", "--Identity:Mail:From=Example sign-in <id@example.com>",
        .. Credentials is var (name, password) ? new[] { $"--Identity:Mail:UserName={name}", $"--Identity:Mail:Password={password}" } : [],
    ];

    /// <summary>How many messages have come that nobody has received yet.</summary>
    public int Waiting => _messages.Reader.Count;

    /// <summary>The next message, when it has come.</summary>
    public async Task<MimeMessage> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _messages.Reader.ReadAsync(patience.Token);
    }

    /// <summary>What clients have said, in order.</summary>
    public IReadOnlyCollection<string> Commands => _commands;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _running;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> conversations = [];
        try
        {
            while (true)
            {
                conversations.Add(ConverseAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(conversations);
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1);
                await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
                await writer.WriteLineAsync("220 mail.example ready");
                while (await reader.ReadLineAsync(_stop.Token) is { } command && await AnswerAsync(command, reader, writer))
                {
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task<bool> AnswerAsync(string command, StreamReader reader, StreamWriter writer)
    {
        _commands.Enqueue(command);
        switch (command.Split(' ', ':')[0].ToUpperInvariant())
        {
            case "EHLO":
                await writer.WriteLineAsync("250-mail.example");
                await writer.WriteLineAsync(Credentials is null ? "250 8BITMIME" : "250 AUTH PLAIN");
                return true;
            case "AUTH":
                var wanted = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{Credentials?.UserName}\0{Credentials?.Password}"));
                await writer.WriteLineAsync(command.Split(' ')[^1] == wanted ? "235 welcome" : "535 not you");
                return true;
            case "RCPT" when Refusals.TryDequeue(out var refusal):
                await writer.WriteLineAsync(refusal);
                return true;
            case "MAIL" or "RCPT" or "RSET" or "NOOP":
                await writer.WriteLineAsync("250 done");
                return true;
            case "DATA":
                await writer.WriteLineAsync("354 go on");
                await _messages.Writer.WriteAsync(await ReadMessageAsync(reader));
                await writer.WriteLineAsync("250 taken");
                return true;
            case "QUIT":
                await writer.WriteLineAsync("221 goodbye");
                return false;
            default:
                await writer.WriteLineAsync("500 what?");
                return true;
        }
    }

    private async Task<MimeMessage> ReadMessageAsync(StreamReader reader)
    {
        var content = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
        {
            content.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(content.ToString()));
        return await MimeMessage.LoadAsync(bytes, _stop.Token);
    }
}
