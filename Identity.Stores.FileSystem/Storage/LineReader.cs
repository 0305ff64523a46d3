namespace Identity.Stores.FileSystem.Storage;

/// <summary>Reads a file line by line without holding it in memory.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private const int BufferSize = 256 * 1_024;

    // No larger than the file and the end that is found behind it: most files are small.
    private byte[] _buffer = new byte[(int)Math.Min(stream.Length + 1, BufferSize)];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>The number of the line that was read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Where in the file the line that was read last starts.</summary>
    public long Offset { get; private set; }

    /// <summary>Where in the file the line behind it starts.</summary>
    public long NextOffset { get; private set; }

    /// <summary>The length of the file.</summary>
    public long Length => stream.Length;

    /// <summary>Whether the line that was read last ended in a line feed: the last one of a torn file does not.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>Reads a line. The span is valid until the next call and does not hold the line feed.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = Take(searched + length, terminated: true);
                return true;
            }

            searched = _end - _start;
            if (_isAtEnd)
            {
                line = searched > 0 ? Take(searched, terminated: false) : default;
                return searched > 0;
            }

            Fill();
        }
    }

    public void Dispose() => stream.Dispose();

    private ReadOnlySpan<byte> Take(int length, bool terminated)
    {
        var line = _buffer.AsSpan(_start, length);
        var taken = length + (terminated ? 1 : 0);
        _start += taken;
        (Offset, NextOffset, IsTerminated) = (NextOffset, NextOffset + taken, terminated);
        Number++;
        return line;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _isAtEnd = read is 0;
    }
}
