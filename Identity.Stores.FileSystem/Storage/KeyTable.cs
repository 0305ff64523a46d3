using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// The keys that the entities have in an index, while a file is being read: each text once, with a number. A text that is there is found
/// by its bytes, without a string being made of them and without a lock; several threads may ask at a time.
/// </summary>
internal sealed class KeyTable
{
    private const int MinimumSlots = 256;

    // Longer keys are rare, and not worth room on the stack.
    private const int MaximumAscii = 256;

    private readonly Lock _adding = new();
    private readonly Dictionary<string, int> _others = new(StringComparer.Ordinal);

    // Texts that a stranger chose are not to fall upon one place by intent.
    private readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private volatile Content _content = new(MinimumSlots);

    /// <summary>The keys; the number of each is its place, from 1.</summary>
    public ReadOnlySpan<string> Keys => _content.Keys.AsSpan(0, _content.Count);

    /// <param name="ascii">A key of ASCII characters.</param>
    /// <param name="key">The instance that stands for it.</param>
    /// <returns>Its number.</returns>
    public int NumberOf(ReadOnlySpan<byte> ascii, out string key) => NumberOf(ascii, null, out key);

    /// <param name="text">A key.</param>
    /// <param name="key">The instance that stands for it.</param>
    /// <returns>Its number.</returns>
    public int NumberOf(string text, out string key)
    {
        Span<byte> ascii = stackalloc byte[MaximumAscii];
        if (text.Length <= MaximumAscii && Ascii.FromUtf16(text, ascii, out var length) is OperationStatus.Done)
        {
            return NumberOf(ascii[..length], text, out key);
        }

        lock (_adding)
        {
            if (!_others.TryGetValue(text, out var number))
            {
                number = MakeRoom().Append(text);
                _others.Add(text, number);
            }

            key = _content.Keys[number - 1];
            return number;
        }
    }

    private int NumberOf(ReadOnlySpan<byte> ascii, string? text, out string key)
    {
        var hash = (uint)XxHash3.HashToUInt64(ascii, _seed);
        var content = _content;
        if (content.Find(ascii, hash) is > 0 and var found)
        {
            key = content.Keys[found - 1];
            return found;
        }

        lock (_adding)
        {
            content = MakeRoom();
            var number = content.Find(ascii, hash);
            if (number is 0)
            {
                number = content.Append(text ?? Encoding.ASCII.GetString(ascii));
                content.Place(number, hash);
            }

            key = content.Keys[number - 1];
            return number;
        }
    }

    private Content MakeRoom()
    {
        if (_content.IsFull)
        {
            _content = _content.Larger();
        }

        return _content;
    }

    /// <summary>
    /// Places by hash code. Nothing in it is ever changed, only added; who looks into one that was replaced meanwhile finds less, and looks
    /// again under the lock.
    /// </summary>
    private sealed class Content(int slots)
    {
        // A hash code and a number, or zero: one value, so that both are seen or neither.
        private readonly ulong[] _slots = new ulong[slots];

        public string[] Keys { get; } = new string[slots / 2];

        public int Count { get; private set; }

        public bool IsFull => Count == Keys.Length;

        public int Find(ReadOnlySpan<byte> ascii, uint hash)
        {
            for (var place = hash; ; place++)
            {
                var slot = Volatile.Read(ref SlotAt(place));
                if (slot is 0)
                {
                    return 0;
                }

                if (slot >> 32 == hash && Ascii.Equals(ascii, Keys[(int)(uint)slot - 1]))
                {
                    return (int)(uint)slot;
                }
            }
        }

        public int Append(string text)
        {
            Keys[Count] = text;
            return ++Count;
        }

        public void Place(int number, uint hash) => Place(((ulong)hash << 32) | (uint)number);

        public Content Larger()
        {
            var larger = new Content(_slots.Length * 4) { Count = Count };
            Keys.CopyTo(larger.Keys, 0);
            foreach (var slot in _slots)
            {
                if (slot is not 0)
                {
                    larger.Place(slot);
                }
            }

            return larger;
        }

        private void Place(ulong slot)
        {
            var place = (uint)(slot >> 32);
            while (SlotAt(place) is not 0)
            {
                place++;
            }

            Volatile.Write(ref SlotAt(place), slot);
        }

        private ref ulong SlotAt(uint place) => ref _slots[place & (uint)(_slots.Length - 1)];
    }
}
