using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Some of the lines of a collection's file, which are checked and read at a time.</summary>
/// <param name="load">What the entries become a part of.</param>
/// <param name="length">The length of the file.</param>
internal sealed class EntryBatch(CollectionLoad load, long length)
{
    // So much that what was read is still near when it is looked at.
    private const int Size = 512 * 1_024;

    // Room for one more line, nearly always.
    private const int Slack = 16 * 1_024;

    // Made as large as it will be at once: what is thrown away of this size makes the collector look at everything.
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(length, Size));
    private int _written;
    private readonly List<int> _ends = [];
    private int _first;
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
        var from = 0;
        for (var place = 0; place < Count; place++)
        {
            if (Read(_bytes.AsSpan(from.._ends[place]), _holdsLast && place == Count - 1 ? "}"u8 : "},"u8, place) is { } problem)
            {
                return (FirstLine + place, problem);
            }

            from = _ends[place];
        }

        return null;
    }

    /// <summary>Puts the entries into the collection, once they are read.</summary>
    /// <returns>The number of the first line that does not fit those before it, and what is wrong with it; null where all fit.</returns>
    public (long Line, string What)? Load()
        => load.Add(_first, Count) is >= 0 and var place ? (FirstLine + place - _first, "the entry has no id, or the id of another entry") : null;

    private string? Read(ReadOnlySpan<byte> line, ReadOnlySpan<byte> end, int place)
    {
        if (!ChecksummedLine.IsIntact(line, end))
        {
            return "the checksum does not fit the entry";
        }

        try
        {
            var entity = load.Read(_first + place, line[..(line.Length - end.Length + 1)]);
            Version = Math.Max(Version, entity.Version);
            return entity.Id.Length is 0 ? "the entry has no id, or the id of another entry" : null;
        }
        catch (JsonException exception)
        {
            return $"the entry cannot be read ({exception.Message})";
        }
    }
}
