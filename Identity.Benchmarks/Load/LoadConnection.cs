using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Identity.Benchmarks.Load;

/// <summary>
/// A kept-alive HTTP/1.1 connection that does no more than it must: the load program shares its cores with the servers, and what it
/// takes is missing there. Its thread sleeps in the kernel until there is an answer: threads of the pool would look for work meanwhile, on
/// the core on which the answer is to be made.
/// </summary>
internal sealed class LoadConnection(IPEndPoint server) : IDisposable
{
    private const int LargestResponse = 64 * 1_024;

    private readonly Socket _socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        // Milliseconds: a server that does not answer ends the run.
        ReceiveTimeout = 60_000,
    };

    private readonly byte[] _buffer = new byte[LargestResponse];
    private int _length;

    private static ReadOnlySpan<byte> HeaderEnd => "\r\n\r\n"u8;

    public void Connect() => _socket.Connect(server);

    /// <summary>Posts a body and reads the whole answer.</summary>
    /// <param name="path">The path.</param>
    /// <param name="contentType">The type of the body.</param>
    /// <param name="body">ASCII.</param>
    /// <returns>The status and the body, which is overwritten by the next request.</returns>
    public (int Status, ReadOnlyMemory<byte> Body) Post(string path, string contentType, string body)
    {
        var request = Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {server}\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        _socket.Send(request);
        _length = 0;
        int headerEnd;
        while ((headerEnd = _buffer.AsSpan(0, _length).IndexOf(HeaderEnd)) < 0)
        {
            Receive();
        }

        var status = ReadNumber(_buffer.AsSpan("HTTP/1.1 ".Length, 3));
        var start = headerEnd + HeaderEnd.Length;
        return (status, ReadBody(Encoding.ASCII.GetString(_buffer, 0, headerEnd), start));
    }

    public void Dispose() => _socket.Dispose();

    private ReadOnlyMemory<byte> ReadBody(string header, int start)
    {
        const string Length = "\r\nContent-Length: ";
        if (header.IndexOf(Length, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
        {
            var length = ReadNumber(_buffer.AsSpan(at + Length.Length));
            while (_length < start + length)
            {
                Receive();
            }

            return _buffer.AsMemory(start, length);
        }

        if (!header.Contains("\r\nTransfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"The answer does not say how long it is: {header}");
        }

        // Chunks are moved together where they lie.
        var (end, next) = (start, start);
        while (true)
        {
            int lineEnd;
            while ((lineEnd = _buffer.AsSpan(next, _length - next).IndexOf("\r\n"u8)) < 0)
            {
                Receive();
            }

            var size = ReadNumber(_buffer.AsSpan(next, lineEnd), 'X');
            next += lineEnd + 2;
            while (_length < next + size + 2)
            {
                Receive();
            }

            if (size is 0)
            {
                return _buffer.AsMemory(start, end - start);
            }

            _buffer.AsSpan(next, size).CopyTo(_buffer.AsSpan(end));
            (end, next) = (end + size, next + size + 2);
        }
    }

    private static int ReadNumber(ReadOnlySpan<byte> text, char format = default)
        => Utf8Parser.TryParse(text, out int number, out _, format) ? number : throw new InvalidDataException("The answer is not HTTP/1.1.");

    private void Receive()
    {
        if (_length == _buffer.Length)
        {
            throw new InvalidDataException($"The answer is longer than {LargestResponse} bytes.");
        }

        var received = _socket.Receive(_buffer.AsSpan(_length));
        _length += received is 0 ? throw new EndOfStreamException("The server closed the connection instead of answering.") : received;
    }
}
