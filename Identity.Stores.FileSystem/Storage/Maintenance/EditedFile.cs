using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// A collection's file that a person edited: any valid JSON of its shape, whatever became of its lines and checksums. What the
/// checksums say all the same is which entries the program had written as they stand.
/// </summary>
internal sealed class EditedFile(IFileSystem files, string directory, CollectionState state)
{
    private static readonly JsonDocumentOptions Tolerant = new() { AllowTrailingCommas = true, AllowDuplicateProperties = false };

    private readonly List<StorageFinding> _problems = [];
    private readonly List<Entity> _added = [];
    private readonly List<Entity> _changed = [];
    private int _written;
    private int? _writtenOnce;

    public CollectionState State => state;

    /// <summary>Why it cannot be taken in.</summary>
    public IReadOnlyList<StorageFinding> Problems => _problems;

    /// <summary>The entries that the program had not written.</summary>
    public IReadOnlyList<Entity> Added => _added;

    /// <summary>The entries that it had written otherwise.</summary>
    public IReadOnlyList<Entity> Changed => _changed;

    /// <summary>The identifiers of all entries.</summary>
    public HashSet<string> Ids { get; } = new(StringComparer.Ordinal);

    /// <summary>How many entries that the program had written are not there any more, as far as the file says.</summary>
    public int Removed => Math.Max(0, (_writtenOnce ?? 0) - _written);

    /// <summary>Whether the program could have written it as it is.</summary>
    public static bool IsIntact(IFileSystem files, string path, CollectionDefinition definition)
    {
        try
        {
            long version = 0;
            SnapshotReader.Read(files, path, definition.CreateState(), ref version);
            return true;
        }
        catch (StorageException exception) when (exception.Damage is not null)
        {
            return false;
        }
    }

    /// <summary>Reads the entries into the collection's state.</summary>
    public SnapshotHead Read(Manifest manifest)
    {
        var unread = new SnapshotHead { Format = manifest.Format, Seq = manifest.Collections[state.Name] };
        var content = files.ReadAllBytes(Path.Combine(directory, state.FileName)).AsMemory();
        if (content.Span.StartsWith("\uFEFF"u8))
        {
            content = content["\uFEFF"u8.Length..];
        }

        try
        {
            using var document = JsonDocument.Parse(content, Tolerant);
            return Read(document.RootElement, unread);
        }
        catch (JsonException exception)
        {
            _problems.Add(new StorageFinding(state.FileName, exception.LineNumber + 1, $"it is not JSON: {exception.Message}"));
            return unread;
        }
    }

    private SnapshotHead Read(JsonElement root, SnapshotHead unread)
    {
        if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("entries", out var entries) || entries.ValueKind is not JsonValueKind.Array)
        {
            Refuse("it is not an object with a list of 'entries'");
            return unread;
        }

        var number = 0;
        foreach (var entry in entries.EnumerateArray())
        {
            number++;
            ReadEntry(entry, FormattableString.Invariant($"entry {number}"));
        }

        return ReadHead(root, unread);
    }

    private SnapshotHead ReadHead(JsonElement root, SnapshotHead unread)
    {
        var head = new SnapshotHead
        {
            Format = (int)(GetNumber(root, "format") ?? 0),
            Collection = GetText(root, "collection"),
            Seq = GetNumber(root, "seq") ?? -1,
            Count = (int)(GetNumber(root, "count") ?? 0),
            At = GetText(root, "at"),
        };
        if (head.Collection != state.Name || head.Format != unread.Format || head.Seq < unread.Seq || head.Time == DateTimeOffset.MinValue)
        {
            Refuse(FormattableString.Invariant($"leave 'format' ({unread.Format}), 'collection' (\"{state.Name}\"), 'seq' and 'at' in its first line as they were"));
            return unread;
        }

        if (GetText(root, "crc") == ChecksummedLine.Of(Snapshot.HeadText(head.Format, state.Name, head.Seq, head.Count, head.At!)))
        {
            _writtenOnce = head.Count;
        }

        return head;
    }

    private void ReadEntry(JsonElement entry, string which)
    {
        if (entry.ValueKind is not JsonValueKind.Object || !entry.TryGetProperty("id", out var id) || id.ValueKind is not JsonValueKind.String || id.GetString() is not { Length: > 0 } name)
        {
            Refuse($"{which} is not an object with an 'id'");
            return;
        }

        which = $"the entry '{name}'";
        if (!Ids.Add(name))
        {
            Refuse($"{which} is there twice");
            return;
        }

        var known = state.Definition.MemberNames;
        foreach (var member in entry.EnumerateObject().Where(member => !known.Contains(member.Name) && member.Name != "crc"))
        {
            Refuse($"{which} has a member '{member.Name}' that is not known");
        }

        // The program leaves out what is null, and does not expect it anywhere.
        var free = state.Definition.JsonMembers;
        if (entry.EnumerateObject().Where(member => !free.Contains(member.Name) && HoldsNull(member.Value)).Select(member => member.Name).FirstOrDefault() is { } empty)
        {
            Refuse($"{which}: its '{empty}' holds null; leave out what there is not");
            return;
        }

        Entity entity;
        try
        {
            // Without what a person may have left of commas and white space.
            entity = state.Deserialize(WithoutChecksum(entry));
        }
        catch (JsonException exception)
        {
            Refuse(exception.Path is { Length: > 2 } path ? $"{which}: its '{path[2..]}' is not of the right kind" : $"{which} cannot be read: {exception.Message}");
            return;
        }

        state.Set(name, entity);
        Compare(entry, entity);
    }

    private static bool HoldsNull(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().Any(HoldsNull),
        JsonValueKind.Object => value.EnumerateObject().Any(member => HoldsNull(member.Value)),
        var kind => kind is JsonValueKind.Null,
    };

    private void Compare(JsonElement entry, Entity entity)
    {
        if (!entry.TryGetProperty("crc", out var crc))
        {
            _added.Add(entity);
            return;
        }

        _written++;
        if (crc.ValueKind is not JsonValueKind.String || crc.GetString() != ChecksummedLine.Of(WithoutChecksum(entry).AsSpan()[..^1]))
        {
            _changed.Add(entity);
        }
    }

    /// <summary>An entry as the program writes it, whatever white space an editor has put into it.</summary>
    private static byte[] WithoutChecksum(JsonElement entry)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, JournalPayload.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var member in entry.EnumerateObject().Where(member => member.Name != "crc"))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return output.ToArray();
    }

    private static long? GetNumber(JsonElement root, string name)
        => root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static string? GetText(JsonElement root, string name)
        => root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private void Refuse(string problem) => _problems.Add(new StorageFinding(state.FileName, null, problem));
}
