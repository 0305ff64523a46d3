using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Stores.FileSystem.Models;

/// <summary>The properties of an entry as the JSON that they are in its file; most entries have none.</summary>
internal static class CompactProperties
{
    public static byte[]? From(ImmutableDictionary<string, JsonElement> properties)
    {
        if (properties.IsEmpty)
        {
            return null;
        }

        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JournalPayload.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in properties)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    public static ImmutableDictionary<string, JsonElement> ToProperties(byte[]? json)
    {
        if (json is null)
        {
            return ImmutableDictionary<string, JsonElement>.Empty;
        }

        var reader = new Utf8JsonReader(json);
        return JsonElement.ParseValue(ref reader).EnumerateObject().ToImmutableDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal);
    }

    /// <summary>Reads and writes the object as it stands.</summary>
    internal sealed class Converter : JsonConverter<byte[]>, IJsonValueConverter
    {
        public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind is not JsonValueKind.Object ? throw new JsonException("Properties are an object.")
                : document.RootElement.GetPropertyCount() is 0 ? null
                : JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray();
        }

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => writer.WriteRawValue(value, skipInputValidation: true);
    }
}
