using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Stores.FileSystem.Models;

/// <summary>A text that is nearly always a SHA-256 as base64, by its 32 bytes; any other text as it is.</summary>
internal readonly struct CompactHash : IEquatable<CompactHash>
{
    private const int TextLength = 44;

    // In the place of the text where there are bytes instead.
    private static readonly string IsBytes = new('=', 1);

    private readonly Bytes _bytes;
    private readonly string? _text;

    private CompactHash(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes);
        _text = IsBytes;
    }

    private CompactHash(string? text) => _text = text;

    public bool IsEmpty => string.IsNullOrEmpty(_text);

    public static CompactHash From(string? text)
    {
        Span<byte> ascii = stackalloc byte[TextLength];
        return text is { Length: TextLength } && Ascii.FromUtf16(text, ascii, out _) is OperationStatus.Done && TryDecode(ascii, out var hash) ? hash : new(text);
    }

    public static CompactHash From(ReadOnlySpan<byte> ascii)
        => ascii.Length is TextLength && TryDecode(ascii, out var hash) ? hash : new(Encoding.ASCII.GetString(ascii));

    public bool Equals(CompactHash other) => ReferenceEquals(_text, other._text)
        ? !ReferenceEquals(_text, IsBytes) || ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes)
        : !ReferenceEquals(_text, IsBytes) && !ReferenceEquals(other._text, IsBytes) && _text == other._text;

    public override bool Equals(object? obj) => obj is CompactHash other && Equals(other);

    /// <summary>The hash code that the text has.</summary>
    public override int GetHashCode()
    {
        if (!ReferenceEquals(_text, IsBytes))
        {
            return _text?.GetHashCode(StringComparison.Ordinal) ?? 0;
        }

        Span<char> text = stackalloc char[TextLength];
        Convert.TryToBase64Chars(_bytes, text, out _);
        return string.GetHashCode(text);
    }

    public override string? ToString() => ReferenceEquals(_text, IsBytes) ? Convert.ToBase64String(_bytes) : _text;

    private static bool TryDecode(ReadOnlySpan<byte> ascii, out CompactHash hash)
    {
        Span<byte> bytes = stackalloc byte[TextLength];
        Span<byte> again = stackalloc byte[TextLength];

        // A text that is not what these bytes become again (bits too many at its end) stays as it is.
        if (Base64.DecodeFromUtf8(ascii, bytes, out _, out var written) is OperationStatus.Done && written is Bytes.Length &&
            Base64.EncodeToUtf8(bytes[..written], again, out _, out _) is OperationStatus.Done && again.SequenceEqual(ascii))
        {
            hash = new(bytes[..written]);
            return true;
        }

        hash = default;
        return false;
    }

    [InlineArray(Length)]
    private struct Bytes
    {
        public const int Length = 32;

        private byte _first;
    }

    /// <summary>Reads and writes the text as a string, without making one.</summary>
    internal sealed class Converter : JsonConverter<CompactHash>
    {
        // Null is a value like others.
        public override bool HandleNull => true;

        public override CompactHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => reader is { TokenType: JsonTokenType.String, ValueIsEscaped: false, HasValueSequence: false, ValueSpan.Length: TextLength } &&
                TryDecode(reader.ValueSpan, out var hash) ? hash : new(reader.GetString());

        public override void Write(Utf8JsonWriter writer, CompactHash value, JsonSerializerOptions options)
        {
            if (ReferenceEquals(value._text, IsBytes))
            {
                writer.WriteBase64StringValue(value._bytes);
            }
            else
            {
                writer.WriteStringValue(value._text);
            }
        }
    }
}
