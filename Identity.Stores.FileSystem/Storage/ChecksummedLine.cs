using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Hashing;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// A line of JSON whose object ends in <c>,"crc":"xxxxxxxx"</c>: the CRC-32 of all bytes before that comma, eight lower-case
/// hexadecimal digits. It is checked by its bytes, so that no change, not even of white space, goes unnoticed.
/// </summary>
internal static class ChecksummedLine
{
    /// <summary>How many bytes of a line follow what the label begins, its end aside: the digits and a quotation mark.</summary>
    public const int TailLength = DigitCount + 1;

    private const int DigitCount = 8;

    public static ReadOnlySpan<byte> Label => ",\"crc\":\""u8;

    /// <summary>Appends the checksum of what was written since <paramref name="start"/>, an object still open.</summary>
    public static void Seal(ArrayBufferWriter<byte> output, int start, ReadOnlySpan<byte> end)
    {
        var checksum = Crc32.HashToUInt32(output.WrittenSpan[start..]);
        output.Write(Label);
        Utf8Formatter.TryFormat(checksum, output.GetSpan(DigitCount), out var written, new StandardFormat('x', DigitCount));
        output.Advance(written);
        output.Write("\""u8);
        output.Write(end);
    }

    /// <summary>Whether a line has a checksum that fits and ends as it should.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> line, ReadOnlySpan<byte> end)
    {
        var tail = Label.Length + DigitCount + 1 + end.Length;
        if (line.Length <= tail || !line.EndsWith(end))
        {
            return false;
        }

        var body = line[..^tail];
        Span<byte> expected = stackalloc byte[DigitCount + 1];
        expected[DigitCount] = (byte)'"';
        Utf8Formatter.TryFormat(Crc32.HashToUInt32(body), expected, out _, new StandardFormat('x', DigitCount));
        return line[body.Length..].StartsWith(Label) && line.Slice(body.Length + Label.Length, DigitCount + 1).SequenceEqual(expected);
    }

    /// <summary>The checksum of a whole file, as it stands in the manifest.</summary>
    public static string Of(ReadOnlySpan<byte> content) => Crc32.HashToUInt32(content).ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>The checksum of a whole file, however large.</summary>
    public static string Of(Stream content)
    {
        var checksum = new Crc32();
        checksum.Append(content);
        return checksum.GetCurrentHashAsUInt32().ToString("x8", CultureInfo.InvariantCulture);
    }
}
