using System.Text;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>
/// A small directory with a file of every kind, as a killed server left it: two collections with entries, two keys, a segment of the
/// journal whose last write had failed, one that goes on from there over several chunks, and the start of a line nobody was told of.
/// Its files are read here by what the documentation says of them and not by the engine.
/// </summary>
internal sealed class SampleDirectory
{
    private SampleDirectory(MemoryFileSystem files, SortedDictionary<string, string> acknowledged, IReadOnlyDictionary<string, MemoryFileSystem> moments)
    {
        (Files, Acknowledged, Moments) = (files, acknowledged, moments);
        Lines = [.. files.Names.Where(name => !name.Contains('/', StringComparison.Ordinal) && name != "manifest.json").SelectMany(ReadLines)];
        LastSegment = Segments[^1];
        var groups = Lines.Where(line => line.File == LastSegment && line.Change is not null).GroupBy(line => line.Change!.Durable).ToList();
        (SecondLastGroup, LastGroup) = (groups[^2].Min(line => line.Start), groups[^1].Min(line => line.Start));
    }

    public MemoryFileSystem Files { get; }

    /// <summary>What every request was told.</summary>
    public SortedDictionary<string, string> Acknowledged { get; }

    /// <summary>The directory at earlier times.</summary>
    public IReadOnlyDictionary<string, MemoryFileSystem> Moments { get; }

    public IReadOnlyList<FileLine> Lines { get; }

    public IReadOnlyList<string> Segments => [.. Files.Names.Where(name => name.StartsWith("journal", StringComparison.Ordinal))];

    public string LastSegment { get; }

    /// <summary>Where in the last segment the last group of lines begins.</summary>
    public int LastGroup { get; }

    /// <summary>Where the one before it begins.</summary>
    public int SecondLastGroup { get; }

    /// <summary>The entry, head or line of the journal that a byte belongs to, if it is one that counts.</summary>
    public FileLine? FindLine(string file, int position) => Lines.FirstOrDefault(line => line.File == file && line.Start <= position && position <= line.Start + line.Length &&
        (line.Entry is not null || line.After is not null || line.Collection is not null || line.Change?.Sequence <= EndOf(file, _ => true)));

    /// <summary>Whether a text stands in one of the files.</summary>
    public bool Holds(string text) => IsIn(Files, text);

    public static async Task<SampleDirectory> CreateAsync(MemoryNotes notes)
    {
        var moments = new Dictionary<string, MemoryFileSystem>();
        SortedDictionary<string, string> acknowledged;
        await using (var storage = notes.Open())
        {
            var (first, second) = (storage.GetCollection(MemoryNotes.Notes), storage.GetCollection(MemoryNotes.Others));
            moments["new"] = notes.Files.AfterKill();
            storage.WriteFile("keys", "one.json", "{\"k\":\"first\"}"u8);
            await first.AddAsync(new Note { Id = "a", Title = "t1", Text = "written first" });
            await second.AddAsync(new Note { Id = "x", Text = "other" });
            await storage.SnapshotAsync();
            moments["one key and two notes"] = notes.Files.AfterKill();
            storage.WriteFile("keys", "two.xml", "<key>second</key>"u8);
            moments["two keys"] = notes.Files.AfterKill();
            await first.AddAsync(new Note { Id = "b", Title = "t2", Owner = "x", Text = "has two spaces  and æøå" });
            await first.AddAsync(new Note { Id = "c", Title = "t3" });
            await second.AddAsync(new Note { Id = "y" });
            await storage.SnapshotAsync();
            moments["folded"] = notes.Files.AfterKill();

            // A segment with lines that count and one whose flush failed, though all of it is there; then, in another, half of one.
            await UpdateAsync(first, "a", note => note.Text = "changed in the journal");
            await UpdateAsync(first, "b", note => note.Title = null);
            await FailAsync(notes.Files, () => IsIn(notes.Files, "undone"), () => first.AddAsync(new Note { Id = "undone", Title = "t9" }));
            await first.AddAsync(new Note { Id = "d", Title = "t2", Text = "took the title of b" });
            moments["two segments"] = notes.Files.AfterKill();
            await FailAsync(notes.Files, () => true, () => first.AddAsync(new Note { Id = "torn", Title = "t8", Text = new string('t', 60) }));
            for (var number = 0; number < 3; number++)
            {
                await second.AddAsync(new Note { Id = $"z{number}", Text = new string('z', 60) });
            }

            await UpdateAsync(second, "y", note => note.Owner = "changed too");
            using (var unit = storage.BeginUnitOfWork())
            {
                await first.RemoveAsync(first.Find("c")!);
                await second.RemoveAsync(second.Find("x")!);
                await first.AddAsync(new Note { Id = "e", Title = "t3" });
                await unit.CommitAsync();
            }

            moments["most of the journal"] = notes.Files.AfterKill();
            await AddAsGroupsAsync(notes.Files, first);
            acknowledged = MemoryNotes.Read(storage);
            moments["now"] = notes.Files.AfterKill();
        }

        var files = moments["now"];
        moments.Remove("now");
        var last = files.Names.Last(name => name.StartsWith("journal", StringComparison.Ordinal));
        moments["now without the tail"] = files.AfterKill();
        var tail = "{\"seq\":99,\"durable\":9"u8;
        var content = files[last].ToArray();
        tail.CopyTo(content.AsSpan(Array.FindLastIndex(content, value => value is (byte)'\n') + 1));
        files[last] = content;
        return new SampleDirectory(files, acknowledged, moments);
    }

    /// <summary>What can be brought back when these bytes of a file are not what they were: every entry and every line of the journal without one of them.</summary>
    public SortedDictionary<string, string> Expect(string file, int from, int to)
        => Replay(line => line.File != file || line.End <= from || line.Start >= to);

    /// <summary>What the lines say that are intact, oldest first.</summary>
    public SortedDictionary<string, string> Replay(Func<FileLine, bool> isIntact)
    {
        var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Lines.Where(line => line.Entry is not null && isIntact(line)))
        {
            state[line.Entry!.Value.Key] = line.Entry.Value.Json;
        }

        var folded = Lines.Where(line => line.Collection is not null).ToDictionary(line => line.Collection!, line => line.Sequence);
        foreach (var line in Lines.Where(line => line.Change is not null && isIntact(line)))
        {
            if (line.Change!.Sequence > EndOf(line.File, isIntact))
            {
                continue;
            }

            foreach (var (key, json) in line.Change.Puts.Where(put => line.Change.Sequence > folded[put.Key.Split('/')[0]]))
            {
                state.Remove(key);
                if (json is not null)
                {
                    state[key] = json;
                }
            }
        }

        // Of two that have one title, the newer one counts.
        foreach (var group in state.Where(entry => entry.Key.StartsWith("notes/", StringComparison.Ordinal) && Title(entry.Value) is not null).GroupBy(entry => Title(entry.Value)).ToList())
        {
            foreach (var (key, _) in group.OrderByDescending(entry => Version(entry.Value)).Skip(1))
            {
                state.Remove(key);
            }
        }

        return state;
    }

    /// <summary>What a later segment goes on after was given up; where its head is damaged, its lines still say what came before them.</summary>
    private long EndOf(string segment, Func<FileLine, bool> isIntact) => Segments.Where(later => string.CompareOrdinal(later, segment) > 0)
        .Select(later => Lines.FirstOrDefault(line => line.File == later && (line.After is not null || line.Change is not null) && isIntact(line)))
        .Select(bound => bound?.After ?? bound?.Change?.Durable ?? long.MaxValue).DefaultIfEmpty(long.MaxValue).Min();

    private static string? Title(string json) => JsonDocument.Parse(json).RootElement.TryGetProperty("title", out var title) ? title.GetString() : null;

    private static long Version(string json) => JsonDocument.Parse(json).RootElement.GetProperty("version").GetInt64();

    private static async Task UpdateAsync(Collection<Note> collection, string id, Action<Note> change)
    {
        var note = collection.Find(id)!;
        change(note);
        await collection.UpdateAsync(note);
    }

    private static bool IsIn(MemoryFileSystem files, string text) => files.Content.Values.Any(content => content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    private static async Task FailAsync(MemoryFileSystem files, Func<bool> when, Func<ValueTask> write)
    {
        files.Entering = (_, name) =>
        {
            if (name is "Write" or "Flush" && when())
            {
                throw new IOException("injected");
            }
        };
        Assert.That(async () => await write(), Throws.InstanceOf<StorageException>());
        files.Entering = null;
    }

    /// <summary>One line, and then two that are flushed together, since they came while the first was.</summary>
    private static async Task AddAsGroupsAsync(MemoryFileSystem files, Collection<Note> notes)
    {
        using var flushing = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        files.Entering = (_, name) =>
        {
            if (name is "Flush" && !flushing.IsSet)
            {
                flushing.Set();
                release.Wait();
            }
        };
        var first = notes.AddAsync(new Note { Id = "f" }).AsTask();
        flushing.Wait();
        var rest = Task.WhenAll(notes.AddAsync(new Note { Id = "g", Title = "t7" }).AsTask(), notes.AddAsync(new Note { Id = "h" }).AsTask());
        release.Set();
        await Task.WhenAll(first, rest);
        files.Entering = null;
    }

    private IEnumerable<FileLine> ReadLines(string file)
    {
        var content = Files[file];
        var number = 0;
        for (var start = 0; start < content.Length;)
        {
            var end = Array.IndexOf(content, (byte)'\n', start) is >= 0 and var index ? index : content.Length;
            yield return ReadLine(file, ++number, start, Encoding.UTF8.GetString(content, start, end - start));
            start = end + 1;
        }
    }

    private static FileLine ReadLine(string file, int number, int start, string text)
    {
        var json = file.StartsWith("journal", StringComparison.Ordinal) ? text : text.TrimEnd(',');
        var line = new FileLine(file, number, start, start + Encoding.UTF8.GetByteCount(json), Encoding.UTF8.GetByteCount(text));
        if (json.StartsWith("{\"id\":", StringComparison.Ordinal))
        {
            var entry = json[..json.LastIndexOf(",\"crc\"", StringComparison.Ordinal)] + "}";
            return line with { Entry = ($"{Path.GetFileNameWithoutExtension(file)}/{JsonDocument.Parse(entry).RootElement.GetProperty("id").GetString()}", Normalize(entry)) };
        }

        if (json.StartsWith("{\"format\":", StringComparison.Ordinal))
        {
            var head = JsonDocument.Parse(json.EndsWith('[') ? json + "]}" : json).RootElement;
            return head.TryGetProperty("collection", out var collection)
                ? line with { Collection = collection.GetString(), Sequence = head.GetProperty("seq").GetInt64() }
                : line with { After = head.GetProperty("after").GetInt64() };
        }

        return json.StartsWith("{\"seq\":", StringComparison.Ordinal) && json.EndsWith('}') ? line with { Change = ReadChange(json) } : line;
    }

    // As the tests write JSON, whatever characters the files leave as they are.
    private static string Normalize(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);

    private static FileChange ReadChange(string json)
    {
        var root = JsonDocument.Parse(json).RootElement;
        return new(root.GetProperty("seq").GetInt64(), root.GetProperty("durable").GetInt64(),
        [
            .. root.GetProperty("changes").EnumerateArray().Select(change => change.TryGetProperty("put", out var put)
                ? ($"{change.GetProperty("in").GetString()}/{put.GetProperty("id").GetString()}", Normalize(put.GetRawText()))
                : ($"{change.GetProperty("in").GetString()}/{change.GetProperty("delete").GetString()}", (string?)null)),
        ]);
    }
}

/// <summary>A line of a file: what it is of an object, from <paramref name="Start"/> to <paramref name="End"/>, and how long it is up to its line feed.</summary>
internal sealed record FileLine(string File, int Number, int Start, int End, int Length)
{
    /// <summary>An entry of a collection.</summary>
    public (string Key, string Json)? Entry { get; init; }

    /// <summary>A line of the journal.</summary>
    public FileChange? Change { get; init; }

    /// <summary>The head of a segment: after which line it goes on.</summary>
    public long? After { get; init; }

    /// <summary>The head of a collection's file: which, and up to which line of the journal.</summary>
    public string? Collection { get; init; }

    public long Sequence { get; init; }
}

/// <summary>What a line of the journal says.</summary>
internal sealed record FileChange(long Sequence, long Durable, IReadOnlyList<(string Key, string? Json)> Puts);
