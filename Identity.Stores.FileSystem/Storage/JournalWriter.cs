using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Appends groups of lines to the journal. A segment opens with a line that says after which sequence number it goes on; one
/// that failed once is never touched again, since the kernel may have dropped what it was to write.
/// </summary>
internal sealed class JournalWriter(IFileSystem files, string directory, ManifestFile manifest, int chunk, TimeProvider time) : IJournal, IDisposable
{
    // Its last byte is the mark, which only the last piece of a chunk takes.
    private readonly byte[] _filler = CreateFiller(chunk);

    private readonly ArrayBufferWriter<byte> _group = new(64 * 1_024);
    private IWritableFile? _file;
    private (long Number, IWritableFile File)? _unnamed;
    private long _offset;
    private long _capacity;
    private long _firstSequence;

    /// <summary>Bytes in segments that no snapshot covers yet.</summary>
    public long Length { get; set; }

    public void Add(long sequence, long durableSequence, DateTimeOffset at, JournalPayload payload)
    {
        if (_group.WrittenCount is 0)
        {
            _firstSequence = sequence;
        }

        var start = _group.WrittenCount;
        _group.Write("{\"seq\":"u8);
        WriteNumber(_group, sequence);
        _group.Write(",\"durable\":"u8);
        WriteNumber(_group, durableSequence);
        WriteTime(_group, at);
        _group.Write(",\"changes\":["u8);
        payload.WriteTo(_group);
        _group.Write("]"u8);
        ChecksummedLine.Seal(_group, start, "}\n"u8);
    }

    public void Flush()
    {
        if (_group.WrittenCount is 0)
        {
            return;
        }

        try
        {
            _file ??= OpenSegment(_firstSequence - 1);
            if (_offset + _group.WrittenCount >= _capacity)
            {
                FillUp(_file, _offset + _group.WrittenCount + 1);
            }

            _file.Write(_group.WrittenSpan, _offset);
            _file.Flush();
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            throw new StorageException($"The journal in '{directory}' could not be written: {exception.Message} " +
                "Free space on the disk or repair it; the server tries again with the next write.", exception);
        }

        _offset += _group.WrittenCount;
        Length += _group.WrittenCount;
        _group.ResetWrittenCount();
    }

    public void Abandon(StorageException failure)
    {
        _group.ResetWrittenCount();
        _file?.Dispose();
        _file = null;
    }

    public void EndSegment()
    {
        // One that could not be named has no line yet: it is still the next one.
        _file?.Dispose();
        _file = null;
    }

    public void Dispose()
    {
        EndSegment();
        _unnamed?.File.Dispose();
    }

    private IWritableFile OpenSegment(long after)
    {
        // What was made and could not be named is sound, and goes on after the same line: it is named now, not made again.
        var (number, file) = _unnamed ??= CreateSegment(after);

        // Named before a line in it counts: a segment that is lost later must be missed.
        manifest.Update(current => current with { Segments = current.Segments.Add(number) });
        _unnamed = null;
        return file;
    }

    private (long Number, IWritableFile File) CreateSegment(long after)
    {
        var number = manifest.NextSegment();
        var path = Path.Combine(directory, JournalSegment.FileName(number));
        var head = new ArrayBufferWriter<byte>(256);
        head.Write("{\"format\":"u8);
        WriteNumber(head, StorageFormat.Current);
        head.Write(",\"segment\":"u8);
        WriteNumber(head, number);
        head.Write(",\"after\":"u8);
        WriteNumber(head, after);
        head.Write(",\"chunk\":"u8);
        WriteNumber(head, chunk);
        WriteTime(head, time.GetUtcNow());
        ChecksummedLine.Seal(head, 0, "}\n"u8);

        IWritableFile? file = null;
        try
        {
            file = files.CreateFile(path);
            file.Write(head.WrittenSpan, 0);
            _capacity = head.WrittenCount;
            FillUp(file, head.WrittenCount + 1);
            files.FlushFolder(directory);
        }
        catch
        {
            // A disk that stays full would otherwise gather an empty segment with each attempt.
            file?.Dispose();
            files.DeleteUnfinished(path);
            throw;
        }

        _offset = head.WrittenCount;
        return (number, file);
    }

    /// <summary>Makes room for lines and the mark behind them, durably, before one is written there.</summary>
    private void FillUp(IWritableFile file, long atLeast)
    {
        while (_capacity < atLeast)
        {
            var left = (int)(chunk - (_capacity % chunk));
            file.Write(_filler.AsSpan(chunk - left), _capacity);
            _capacity += left;
        }

        file.Flush();
    }

    /// <summary>A whole chunk, made once: it is larger than what the collector takes lightly.</summary>
    private static byte[] CreateFiller(int chunk)
    {
        var filler = new byte[chunk];
        filler.AsSpan().Fill(JournalSegment.Filler);
        filler[^1] = JournalSegment.Mark;
        return filler;
    }

    private static void WriteNumber(ArrayBufferWriter<byte> output, long number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var written);
        output.Advance(written);
    }

    private static void WriteTime(ArrayBufferWriter<byte> output, DateTimeOffset at)
    {
        output.Write(",\"at\":\""u8);
        output.Advance(Encoding.UTF8.GetBytes(Timestamp.Format(at), output.GetSpan(40)));
        output.Write("\""u8);
    }
}
