using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Identity.Tests.Infrastructure;

/// <summary>The client's end of an authorization: answers requests with a small page and tells what they asked for.</summary>
/// <param name="body">What its page holds, unless told otherwise for one request.</param>
internal sealed class CallbackListener(string body = "<p>Back at the client</p>") : IDisposable
{
    private readonly TcpListener _listener = Listen();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));

    /// <summary>Its address, for the client's registration.</summary>
    public string RedirectUri => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/callback";

    /// <summary>Waits for the next request and answers it.</summary>
    /// <returns>The path and query that were asked for.</returns>
    public async Task<string> ReceiveAsync(string? otherBody = null)
    {
        while (true)
        {
            using var connection = await _listener.AcceptTcpClientAsync(_patience.Token);
            await using var stream = connection.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            var request = await reader.ReadLineAsync(_patience.Token);
            if (string.IsNullOrEmpty(request))
            {
                // Browsers open connections in advance and may never use them.
                continue;
            }

            while (await reader.ReadLineAsync(_patience.Token) is { Length: > 0 })
            {
            }

            var target = request.Split(' ')[1];
            var page = $"<!doctype html><title>Client</title><link rel=icon href=data:,>{otherBody ?? body}";
            await stream.WriteAsync(
                Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {page.Length}\r\nConnection: close\r\n\r\n{page}"),
                _patience.Token);
            return target;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _patience.Dispose();
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }
}
