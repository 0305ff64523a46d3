using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>A small file as a whole: an indented JSON object that says its format first and its checksum last.</summary>
internal static class SealedJson
{
    public static byte[] Write<T>(T value, JsonTypeInfo<T> json)
    {
        var output = new ArrayBufferWriter<byte>(1_024);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(value, json).AsSpan()[..^1].TrimEnd("\n"u8));
        ChecksummedLine.Seal(output, 0, "}\n"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="StorageException">It is not as it was written, or a newer version wrote it.</exception>
    public static T Read<T>(IFileSystem files, string path, JsonTypeInfo<T> json)
    {
        var content = files.ReadAllBytes(path);
        if (!ChecksummedLine.IsIntact(content, "}\n"u8))
        {
            throw Damaged(path);
        }

        try
        {
            return ReadFormat(content) is var format and > StorageFormat.Current
                ? throw StorageFormat.Newer(path, format)
                : JsonSerializer.Deserialize(content, json) ?? throw Damaged(path);
        }
        catch (JsonException)
        {
            throw Damaged(path);
        }
    }

    private static int ReadFormat(ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(content);
        return reader.Read() && reader.Read() && reader.ValueTextEquals("format"u8) && reader.Read() && reader.TryGetInt32(out var format) ? format : 0;
    }

    private static StorageException Damaged(string path) => FileDamage.Whole(path, "its checksum does not fit");
}
