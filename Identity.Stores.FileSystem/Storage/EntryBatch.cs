using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Some of the lines of a collection's file, which are checked and read by all processors: nearly all of the time that a start takes goes
/// into that.
/// </summary>
/// <param name="load">What the entries become a part of.</param>
/// <param name="length">The length of the file.</param>
internal sealed class EntryBatch(CollectionLoad load, long length)
{
    // As much as a processor's cache holds, so that what was read is still near when it is looked at.
    private const int Size = 1_024 * 1_024;

    // Room for one more line, nearly always.
    private const int Slack = 16 * 1_024;

    // Fewer are read sooner than other threads have begun to help.
    private const int ReadAtOnce = 64;

    // Made as large as it will be at once: what is thrown away of this size makes the collector look at everything.
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(length, Size));
    private int _written;
    private readonly List<int> _ends = [];
    private int _first;
    private long[] _versions = [];
    private string?[] _problems = [];
    private bool _holdsLast;

    /// <summary>The number, in the file, of the first line.</summary>
    public long FirstLine { get; private set; }

    public int Count => _ends.Count;

    public bool IsFull => _written >= Size - Slack;

    /// <param name="line">The line.</param>
    /// <param name="number">Its number in the file.</param>
    /// <param name="place">Its place among the entries.</param>
    /// <param name="isLast">Whether it is the collection's last.</param>
    public void Add(ReadOnlySpan<byte> line, long number, int place, bool isLast)
    {
        (FirstLine, _first) = Count is 0 ? (number, place) : (FirstLine, _first);
        if (_bytes.Length - _written < line.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _written + line.Length));
        }

        line.CopyTo(_bytes.AsSpan(_written));
        _written += line.Length;
        _ends.Add(_written);
        _holdsLast = isLast;
    }

    public void Clear()
    {
        _written = 0;
        _ends.Clear();
    }

    /// <summary>The largest version among the entries.</summary>
    public long Version { get; private set; }

    /// <summary>Checks and reads the entries.</summary>
    /// <returns>The number of the first line that is not as it should be, and what is wrong with it; null where all are sound.</returns>
    public (long Line, string What)? Read()
    {
        if (_problems.Length < Count)
        {
            (_versions, _problems) = (new long[Count], new string?[Count]);
        }

        var ranges = (Count + ReadAtOnce - 1) / ReadAtOnce;
        if (ranges is 1)
        {
            Read(0);
        }
        else
        {
            Parallel.For(0, ranges, Read);
        }

        var broken = Array.FindIndex(_problems, 0, Count, problem => problem is not null);
        return broken >= 0 ? (FirstLine + broken, _problems[broken]!) : null;
    }

    /// <summary>Puts the entries into the collection, once they are read.</summary>
    /// <returns>The number of the first line that does not fit those before it, and what is wrong with it; null where all fit.</returns>
    public (long Line, string What)? Load()
    {
        foreach (var version in _versions.AsSpan(0, Count))
        {
            Version = Math.Max(Version, version);
        }

        return load.Add(_first, Count) is >= 0 and var place ? (FirstLine + place - _first, "the entry has no id, or the id of another entry") : null;
    }

    private void Read(int range)
    {
        for (var place = range * ReadAtOnce; place < Math.Min(Count, (range + 1) * ReadAtOnce); place++)
        {
            var line = _bytes.AsSpan((place is 0 ? 0 : _ends[place - 1]).._ends[place]);
            _problems[place] = Read(line, place == Count - 1 && _holdsLast ? "}"u8 : "},"u8, place);
        }
    }

    private string? Read(ReadOnlySpan<byte> line, ReadOnlySpan<byte> end, int place)
    {
        if (!ChecksummedLine.IsIntact(line, end))
        {
            return "the checksum does not fit the entry";
        }

        try
        {
            var entity = load.Read(_first + place, line[..(line.Length - end.Length + 1)]);
            _versions[place] = entity.Version;
            return entity.Id.Length is 0 ? "the entry has no id, or the id of another entry" : null;
        }
        catch (JsonException exception)
        {
            return $"the entry cannot be read ({exception.Message})";
        }
    }
}
