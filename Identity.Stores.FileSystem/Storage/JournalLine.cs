using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>A line of the journal: one unit of work.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Durable">The number of the last line that was durable before its group was written.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Changes">What it changes.</param>
internal sealed record JournalLine(long Sequence, long Durable, string? At, IReadOnlyList<JournalChange> Changes)
{
    /// <returns>The line, or null where it is none, whatever its checksum says.</returns>
    public static JournalLine? TryParse(ReadOnlySpan<byte> line)
    {
        try
        {
            return Parse(line);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static JournalLine Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        MoveTo(ref reader, "seq"u8);
        var sequence = reader.GetInt64();
        MoveTo(ref reader, "durable"u8);
        var durable = reader.GetInt64();
        MoveTo(ref reader, "at"u8);
        var at = reader.GetString();
        MoveTo(ref reader, "changes"u8);
        List<JournalChange> changes = [];
        while (reader.Read() && reader.TokenType is JsonTokenType.StartObject)
        {
            MoveTo(ref reader, "in"u8);
            var collection = reader.GetString()!;
            reader.Read();
            var isPut = reader.ValueTextEquals("put"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var deleted = isPut ? null : reader.GetString();
            reader.Skip();
            changes.Add(new JournalChange(collection, isPut ? start..(int)reader.BytesConsumed : null, deleted));
            reader.Read();
        }

        return new JournalLine(sequence, durable, at, changes);
    }

    private static void MoveTo(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName && reader.ValueTextEquals(member))
            {
                reader.Read();
                return;
            }
        }

        throw new JsonException("a member is missing");
    }
}

/// <summary>A change of a line.</summary>
/// <param name="Collection">The name of the collection.</param>
/// <param name="Put">Where in the line the new entry stands, or null where one is deleted.</param>
/// <param name="Deleted">The identifier of the deleted entry.</param>
internal sealed record JournalChange(string Collection, Range? Put, string? Deleted);
