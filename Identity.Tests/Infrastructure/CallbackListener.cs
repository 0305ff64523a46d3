using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Identity.Tests.Infrastructure;

/// <summary>The client's end of an authorization: answers requests with a small page and tells what they asked for.</summary>
internal sealed class CallbackListener : IDisposable
{
    private readonly string _body;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));
    private readonly Channel<(TcpClient Connection, string Target)> _requests = Channel.CreateUnbounded<(TcpClient, string)>();

    /// <param name="body">What its page holds, unless told otherwise for one request.</param>
    public CallbackListener(string body = "<p>Back at the client</p>")
    {
        _body = body;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Its address, for the client's registration.</summary>
    public string RedirectUri => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/callback";

    /// <summary>Waits for the next request and answers it.</summary>
    /// <returns>The path and query that were asked for.</returns>
    public async Task<string> ReceiveAsync(string? otherBody = null)
    {
        var (connection, target) = await _requests.Reader.ReadAsync(_patience.Token);
        using (connection)
        {
            var page = $"<!doctype html><title>Client</title><link rel=icon href=data:,>{otherBody ?? _body}";
            await connection.GetStream().WriteAsync(
                Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {page.Length}\r\nConnection: close\r\n\r\n{page}"),
                _patience.Token);
        }

        return target;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _patience.Cancel();
        _listener.Dispose();
        _patience.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                // Each by itself: browsers open connections in advance, and may use a later one first, or some never.
                _ = ReadAsync(await _listener.AcceptTcpClientAsync(_patience.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Over; who waits for a request is told by its own wait.
        }
    }

    private async Task ReadAsync(TcpClient connection)
    {
        try
        {
            using var reader = new StreamReader(connection.GetStream(), Encoding.ASCII, leaveOpen: true);
            if (await reader.ReadLineAsync(_patience.Token) is { Length: > 0 } request)
            {
                while (await reader.ReadLineAsync(_patience.Token) is { Length: > 0 })
                {
                }

                _requests.Writer.TryWrite((connection, request.Split(' ')[1]));
                return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The browser has thought better of it.
        }

        connection.Dispose();
    }
}
