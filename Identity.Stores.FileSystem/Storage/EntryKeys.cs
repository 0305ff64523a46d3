using System.Text;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Reads an entry of a file, or returns null where only the serializer can.</summary>
/// <typeparam name="T">The entity.</typeparam>
/// <param name="json">The entry, an object.</param>
/// <param name="keys">Where the reader finds keys of indexes as texts that entries share.</param>
internal delegate T? EntryReader<out T>(ReadOnlySpan<byte> json, EntryKeys keys)
    where T : Entity;

/// <summary>
/// The keys of one entry while a file is being read. A key that entries before it have is taken from them, so that no text is made that the
/// index would throw away again.
/// </summary>
internal readonly struct EntryKeys(LoadedIndex[] indexes, int place)
{
    /// <param name="index">An index of the collection.</param>
    /// <param name="ascii">The entry's key in it, ASCII characters.</param>
    /// <returns>The key as text.</returns>
    public string Take(object index, ReadOnlySpan<byte> ascii)
    {
        // None where a single entry is read, such as one of the journal's.
        foreach (var loaded in indexes ?? [])
        {
            if (ReferenceEquals(loaded.Index, index) && !ascii.IsEmpty)
            {
                loaded.Numbers[place] = loaded.Keys.NumberOf(ascii, out var key);
                return key;
            }
        }

        return Encoding.ASCII.GetString(ascii);
    }

    /// <summary>Forgets what was taken, by a reader that gave up.</summary>
    public void Clear()
    {
        foreach (var loaded in indexes ?? [])
        {
            loaded.Numbers[place] = 0;
        }
    }
}

/// <summary>What becomes of an index with many entities under a key, while a file is being read.</summary>
/// <param name="index">The index.</param>
/// <param name="entries">How many entries there are.</param>
internal sealed class LoadedIndex(object index, int entries)
{
    public object Index => index;

    public KeyTable Keys { get; } = new();

    /// <summary>The number of each entry's key, zero where it has none.</summary>
    public int[] Numbers { get; } = new int[entries];
}
