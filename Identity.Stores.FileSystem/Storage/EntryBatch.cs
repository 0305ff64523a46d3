using System.Buffers;
using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Some of the lines of a collection's file, which are checked and read by all processors: nearly all of the time that a start takes goes
/// into that.
/// </summary>
internal sealed class EntryBatch(CollectionState state)
{
    private const int Size = 4 * 1_024 * 1_024;

    // Fewer are read sooner than other threads have begun to help.
    private const int ReadAtOnce = 256;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<int> _ends = [];
    private Entity[] _entities = [];
    private string?[] _problems = [];
    private bool _holdsLast;

    public int Count => _ends.Count;

    public bool IsFull => _bytes.WrittenCount >= Size;

    public void Add(ReadOnlySpan<byte> line, bool isLast)
    {
        _bytes.Write(line);
        _ends.Add(_bytes.WrittenCount);
        _holdsLast = isLast;
    }

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _ends.Clear();
    }

    /// <summary>Puts the entries into the collection.</summary>
    /// <param name="total">How many the collection will have.</param>
    /// <param name="version">The largest version that was seen.</param>
    /// <returns>The first line that is not as it should be, and what is wrong with it; null where all are sound.</returns>
    public (int Place, string What)? Load(int total, ref long version)
    {
        if (_entities.Length < Count)
        {
            (_entities, _problems) = (new Entity[Count], new string?[Count]);
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
        if (broken >= 0)
        {
            return (broken, _problems[broken]!);
        }

        var entities = _entities.AsSpan(0, Count);
        if (state.Load(entities, total) is >= 0 and var place)
        {
            return (place, "the entry has no id, or the id of another entry");
        }

        foreach (var entity in entities)
        {
            version = Math.Max(version, entity.Version);
        }

        return null;
    }

    private void Read(int range)
    {
        for (var place = range * ReadAtOnce; place < Math.Min(Count, (range + 1) * ReadAtOnce); place++)
        {
            var line = _bytes.WrittenSpan[(place is 0 ? 0 : _ends[place - 1]).._ends[place]];
            _problems[place] = Read(line, place == Count - 1 && _holdsLast ? "}"u8 : "},"u8, out _entities[place]);
        }
    }

    private string? Read(ReadOnlySpan<byte> line, ReadOnlySpan<byte> end, out Entity entity)
    {
        entity = null!;
        if (!ChecksummedLine.IsIntact(line, end))
        {
            return "the checksum does not fit the entry";
        }

        try
        {
            entity = state.Deserialize(line[..(line.Length - end.Length + 1)]);
            return entity.Id.Length is 0 ? "the entry has no id, or the id of another entry" : null;
        }
        catch (JsonException exception)
        {
            return $"the entry cannot be read ({exception.Message})";
        }
    }
}
