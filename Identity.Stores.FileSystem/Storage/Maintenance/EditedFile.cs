using System.Text.Json;
using System.Text.Unicode;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// A collection's file that a person edited: any valid JSON of its shape, whatever became of its lines and checksums. What the
/// checksums say all the same is which entries the program had written as they stand.
/// </summary>
internal sealed class EditedFile(IFileSystem files, string directory, CollectionState state)
{
    private static readonly JsonDocumentOptions Tolerant = new() { AllowTrailingCommas = true, AllowDuplicateProperties = false };

    // What every reader of JSON can hold, and far beyond all that were ever given.
    private const long MaximumVersion = 1L << 53;

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

    /// <summary>How many entries that the program had written are not there any more; 0 where that is not known.</summary>
    public int Removed => Math.Max(0, (_writtenOnce ?? 0) - _written);

    /// <summary>Whether the file still says how many entries the program had written.</summary>
    public bool IsRemovedKnown => _writtenOnce is not null;

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

        if (!Utf8.IsValid(content.Span))
        {
            Refuse("it is not UTF-8; save it in that encoding");
            return unread;
        }

        try
        {
            using var document = JsonDocument.Parse(content, Tolerant);
            return Read(document.RootElement, unread);
        }
        catch (InvalidOperationException exception)
        {
            // Half a character outside of the entries.
            Refuse($"it cannot be read: {exception.Message}");
            return unread;
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
            ReadEntry(entry, number);
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
        var isWritten = head.At is { } at && GetText(root, "crc") == ChecksummedLine.Of(Snapshot.HeadText(head.Format, state.Name, head.Seq, head.Count, at));

        // A number that nothing bears out would make what the journal says up to it be passed over.
        if (head.Collection != state.Name || head.Format != unread.Format || (isWritten ? head.Seq < unread.Seq : head.Seq != unread.Seq) || head.Time == DateTimeOffset.MinValue)
        {
            Refuse(FormattableString.Invariant($"leave its first line as it was: 'format' ({unread.Format}), 'collection' (\"{state.Name}\"), 'seq', 'at' and, if you can, 'count'"));
            return unread;
        }

        _writtenOnce = isWritten ? head.Count : null;
        return head;
    }

    private void ReadEntry(JsonElement entry, int number)
    {
        var which = FormattableString.Invariant($"entry {number}");
        try
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

            Take(name, entry, which);
        }
        catch (JsonException exception) when (exception.Path is { Length: > 2 } path)
        {
            Refuse($"{which}: its '{path[2..]}' is not of the right kind, or not known");
        }
        catch (Exception exception)
        {
            // Whatever an entry is read into, and keys and dates are made of it by, may refuse it in its own way.
            Refuse($"{which} cannot be read: {exception.Message}");
        }
    }

    private void Take(string id, JsonElement entry, string which)
    {
        var known = state.Definition.MemberNames;
        foreach (var member in entry.EnumerateObject().Where(member => !known.Contains(member.Name) && member.Name != "crc"))
        {
            Refuse($"{which} has a member '{member.Name}' that is not known");
        }

        // Without what a person may have left of commas and white space.
        var json = WithoutChecksum(entry);
        var isChecked = entry.TryGetProperty("crc", out var crc);
        if (isChecked && crc.ValueKind is JsonValueKind.String && crc.GetString() == ChecksummedLine.Of(json.AsSpan()[..^1]))
        {
            _written++;
            state.Set(id, state.Deserialize(json));
            return;
        }

        // The program leaves out what is null, and does not expect it anywhere.
        var free = state.Definition.JsonMembers;
        if (entry.EnumerateObject().Where(member => !free.Contains(member.Name) && HoldsNull(member.Value)).Select(member => member.Name).FirstOrDefault() is { } empty)
        {
            Refuse($"{which}: its '{empty}' holds null; leave out what there is not");
            return;
        }

        var entity = state.DeserializeStrictly(json);
        if (entity.Version is < 0 or > MaximumVersion)
        {
            Refuse($"{which}: its 'version' is none that the program writes; leave it as it was");
            return;
        }

        TryAsStartDoes(entity);
        state.Set(id, entity);
        _written += isChecked ? 1 : 0;
        (isChecked ? _changed : _added).Add(entity);
    }

    private void TryAsStartDoes(Entity entity)
    {
        state.Deserialize(state.ToJson(entity));
        state.FindExpired([entity], DateTimeOffset.MinValue);
    }

    private static bool HoldsNull(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().Any(HoldsNull),
        JsonValueKind.Object => value.EnumerateObject().Any(member => HoldsNull(member.Value)),
        var kind => kind is JsonValueKind.Null,
    };

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
