using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>The durable changes of one unit of work as the JSON of a journal line, written before the lock is taken.</summary>
internal sealed class JournalPayload
{
    /// <summary>Relaxed: the files are for people and for jq, never for a web page.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // What is written once in a while may be large; the room for it is not kept for the rest.
    private const int KeptRoom = 16_384;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private readonly List<(PendingWrite Write, byte[] Json)> _changes = [];

    private JournalPayload()
    {
    }

    public bool HasChanges => _changes.Count > 0;

    public static JournalPayload Create(UnitOfWork unit)
    {
        var payload = new JournalPayload();
        foreach (var write in unit.PendingWrites)
        {
            if (write.State.IsDurable && (write.Value is not null || write.Replaced is not null))
            {
                payload._changes.Add((write, Serialize(write)));
            }
        }

        return payload;
    }

    /// <summary>Writes a change anew that was carried over to another instance.</summary>
    public void Replace(PendingWrite write)
    {
        var index = _changes.FindIndex(change => change.Write == write);
        if (index >= 0)
        {
            _changes[index] = (write, Serialize(write));
        }
    }

    public void WriteTo(IBufferWriter<byte> output)
    {
        for (var index = 0; index < _changes.Count; index++)
        {
            if (index > 0)
            {
                output.Write(","u8);
            }

            output.Write(_changes[index].Json);
        }
    }

    private static byte[] Serialize(PendingWrite write)
    {
        if (_buffer is null || _writer is null || _buffer.Capacity > KeptRoom)
        {
            _buffer = new ArrayBufferWriter<byte>(KeptRoom / 2);
            _writer = new Utf8JsonWriter(_buffer, WriterOptions);
        }

        _buffer.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString("in"u8, write.State.Name);
        if (write.Value is { } value)
        {
            _writer.WritePropertyName("put"u8);
            write.State.Serialize(_writer, value);
        }
        else
        {
            _writer.WriteString("delete"u8, write.Id);
        }

        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }
}
