using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Identity.Stores.FileSystem.Models;

/// <summary>A long text at a byte a character where it is ASCII, as everything that is encoded is; otherwise as it came.</summary>
internal static class CompactText
{
    // Below that there is nothing to be had, but words that many entries have in common.
    private const int MinimumLength = 32;

    public static object? From(string? text) => text is { Length: >= MinimumLength } && Ascii.IsValid(text) ? Encoding.ASCII.GetBytes(text) : text;

    public static object From(ReadOnlySpan<byte> ascii) => ascii.Length >= MinimumLength ? ascii.ToArray() : SharedText.Of(ascii);

    public static string? ToText(object? kept) => kept is byte[] ascii ? Encoding.ASCII.GetString(ascii) : (string?)kept;

    /// <summary>Reads and writes the text as a string, without making one.</summary>
    internal sealed class Converter : JsonConverter<object>
    {
        public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader is not { TokenType: JsonTokenType.String, ValueIsEscaped: false, HasValueSequence: false } || !Ascii.IsValid(reader.ValueSpan))
            {
                return From(reader.GetString());
            }

            return From(reader.ValueSpan);
        }

        public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options)
        {
            if (value is byte[] ascii)
            {
                writer.WriteStringValue(ascii);
            }
            else
            {
                writer.WriteStringValue((string)value);
            }
        }
    }
}
