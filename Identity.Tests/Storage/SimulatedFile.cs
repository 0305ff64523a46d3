namespace Identity.Tests.Storage;

/// <summary>A file of a <see cref="SimulatedDisk"/>: what readers see, what is durable, and the writes in between.</summary>
internal sealed class SimulatedFile(byte[] content, long lastWrite)
{
    /// <summary>What a disk writes wholly or not at all; smaller than any real one, so that more lines are torn.</summary>
    private const int Sector = 64;

    private readonly List<(long Offset, byte[] Bytes)> _unflushed = [];
    private readonly List<(long Offset, byte[] Bytes)> _forgotten = [];
    private byte[] _durable = content;

    /// <summary>What readers see; never changed, only replaced.</summary>
    public byte[] Content { get; private set; } = content;

    public long LastWrite { get; private set; } = lastWrite;

    public UnixFileMode Mode { get; set; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The same file for another process: the kernel holds what it held.</summary>
    public SimulatedFile Copy()
    {
        var copy = new SimulatedFile(Content, LastWrite) { Mode = Mode, _durable = _durable };
        copy._unflushed.AddRange(_unflushed);
        copy._forgotten.AddRange(_forgotten);
        return copy;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset, long time)
    {
        Content = Apply(Content, bytes, offset);
        _unflushed.Add((offset, bytes.ToArray()));
        LastWrite = time;
    }

    public void Flush()
    {
        foreach (var (offset, bytes) in _unflushed)
        {
            _durable = Apply(_durable, bytes, offset);
        }

        _unflushed.Clear();
    }

    /// <summary>What was not flushed is gone.</summary>
    public void Drop()
    {
        _unflushed.Clear();
        Content = _durable;
    }

    /// <summary>What was not flushed can still be read, but no later flush writes it: the next loss of power shows how far it got.</summary>
    public void Forget()
    {
        _forgotten.AddRange(_unflushed);
        _unflushed.Clear();
    }

    public byte[] AfterPowerLoss(Chance? chance)
    {
        var left = _durable;
        if (chance is not null)
        {
            foreach (var (offset, bytes) in _forgotten.Concat(_unflushed))
            {
                for (var start = 0; start < bytes.Length;)
                {
                    var length = (int)Math.Min(Sector - ((offset + start) % Sector), bytes.Length - start);
                    left = chance.OneIn(2) ? Apply(left, bytes.AsSpan(start, length), offset + start) : left;
                    start += length;
                }
            }
        }

        return left;
    }

    private static byte[] Apply(byte[] content, ReadOnlySpan<byte> bytes, long offset)
    {
        var result = new byte[Math.Max(content.Length, offset + bytes.Length)];
        content.CopyTo(result, 0);
        bytes.CopyTo(result.AsSpan((int)offset));
        return result;
    }
}

/// <summary>How a flush fails other than by not being done; both have been seen of kernels.</summary>
internal interface IUnreliableFile
{
    void Drop();

    void Forget();
}
