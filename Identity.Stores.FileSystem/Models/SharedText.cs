using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Stores.FileSystem.Models;

/// <summary>
/// Words that stand in a great many entries, such as types and statuses, as one instance each. It remembers a few and forgets them when
/// others come, so that whatever is read takes no more memory than without it.
/// </summary>
internal static class SharedText
{
    private const int MaximumLength = 64;

    private static readonly string?[] Remembered = new string?[256];

    public static string Of(ReadOnlySpan<byte> ascii)
    {
        if (ascii.IsEmpty || ascii.Length > MaximumLength)
        {
            return Encoding.ASCII.GetString(ascii);
        }

        // The length, and a letter or two in which the words differ, are hash enough.
        ref var place = ref Remembered[(ascii.Length + (31 * ascii[0]) + (7 * ascii[ascii.Length / 2]) + ascii[^1]) % Remembered.Length];
        if (place is { } known && Ascii.Equals(ascii, known))
        {
            return known;
        }

        return place = Encoding.ASCII.GetString(ascii);
    }

    /// <summary>Reads a string as such a word.</summary>
    internal sealed class Converter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => reader is { TokenType: JsonTokenType.String, ValueIsEscaped: false, HasValueSequence: false } && Ascii.IsValid(reader.ValueSpan)
                ? Of(reader.ValueSpan)
                : reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
