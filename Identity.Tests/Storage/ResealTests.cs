using System.Text;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>Collections' files that a person edited on purpose: taken in where they are valid, left alone with the reason where they are not.</summary>
[TestFixture]
internal sealed class ResealTests
{
    private const string AddedLine = "{\"id\":\"added\",\"title\":\"t9\"},";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly string[] Ids = ["one", "three", "two"];

    [TestCase("\"first\"", "\"edited\"", "one", "", 0, TestName = "A_value_is_changed")]
    [TestCase("\"text\":\"first\",", "", "one", "", 0, TestName = "A_member_is_removed")]
    [TestCase("{\"id\":\"three\"", AddedLine + "\n{\"id\":\"three\"", "", "added", 0, TestName = "An_entry_is_added")]
    [TestCase("{\"id\":\"three\"", "{\"id\":\"third\"", "third", "", 0, TestName = "An_identifier_is_changed")]
    [TestCase("\"text\":\"first\"", "\"tags\":[\"a\"],\"extra\":{\"b\":null,\"c\":[null]}", "one", "", 0, TestName = "JSON_that_is_kept_as_it_stands_may_hold_null")]
    [TestCase("\n{\"id\":\"one\"", " {\"id\":\"one\"", "", "", 0, TestName = "A_line_is_joined")]
    [TestCase("\n", "\r\n", "", "", 0, TestName = "Line_ends_are_another_systems")]
    [TestCase("{\"id\":", "\uFEFF{\"id\":", null, null, 0, TestName = "Not_JSON")]
    public async Task An_edit_is_taken_in(string text, string replacement, string? changed, string? added, int removed)
    {
        using var notes = await CreateAsync();
        Edit(notes, content => content.Replace(text, replacement, StringComparison.Ordinal));
        if (changed is null)
        {
            AssertRefused(notes, "not JSON");
            return;
        }

        AssertTakenIn(notes, changed, added!, removed);
    }

    [Test]
    public async Task An_entry_is_removed_the_last_one_too_and_the_count_may_stay_as_it_was()
    {
        foreach (var id in Ids)
        {
            using var notes = await CreateAsync();
            Edit(notes, content => string.Join('\n', content.Split('\n').Where(line => !line.StartsWith($"{{\"id\":\"{id}\"", StringComparison.Ordinal))));
            AssertTakenIn(notes, "", "", 1);
        }
    }

    [Test]
    public async Task An_editor_has_formatted_the_whole_file_and_put_a_mark_in_front()
    {
        using var notes = await CreateAsync();
        Edit(notes, content => "\uFEFF" + JsonSerializer.Serialize(JsonDocument.Parse(content.Replace("\"first\"", "\"edited\"", StringComparison.Ordinal)).RootElement, Indented));
        AssertTakenIn(notes, "one", "", 0);
    }

    [TestCase("\"id\":\"two\"", "\"id\":\"one\"", "the entry 'one' is there twice")]
    [TestCase("\"id\":\"two\"", "\"id\":\"\"", "entry 3 is not an object with an 'id'")]
    [TestCase("\"id\":\"two\",", "", "entry 3 is not an object with an 'id'")]
    [TestCase("\"title\":\"t2\"", "\"title\":\"t1\"", "the entries 'one' and 'two' have the same title")]
    [TestCase("\"title\":\"t2\"", "\"titel\":\"t2\"", "the entry 'two' has a member 'titel' that is not known")]
    [TestCase("\"title\":\"t2\"", "\"title\":[\"t2\"]", "the entry 'two': its 'title' is not of the right kind")]
    [TestCase("\"title\":\"t2\"", "\"title\":[null]", "the entry 'two': its 'title' holds null")]
    [TestCase("\"text\":\"second\"", "\"text\":null", "the entry 'two': its 'text' holds null")]
    [TestCase("\"text\":\"second\"", "\"tags\":null", "the entry 'two': its 'tags' holds null")]
    [TestCase("\"seq\":", "\"seq\":1", "leave its first line as it was: 'format' (2), 'collection' (\"notes\"), 'seq'")]
    [TestCase("\"version\":2", "\"version\":9223372036854775807", "the entry 'two': its 'version' is none")]
    [TestCase("\"text\":\"second\"", "\"text\":\"\\ud800\"", "the entry 'two' cannot be read")]
    [TestCase("\"text\":\"second\"", "\"\\ud800\":\"second\"", "cannot be read")]
    [TestCase("\"id\":\"two\"", "\"id\":\"\\ud800\"", "entry 3 cannot be read")]
    [TestCase("\"collection\":\"notes\"", "\"collection\":\"\\ud800\"", "it cannot be read")]
    [TestCase("\"text\":\"second\"", "\"tags\":[\"a\",null]", "the entry 'two': its 'tags' holds null")]
    [TestCase("\"text\":\"second\"", "\"tags\":[{\"a\":null}]", "the entry 'two': its 'tags' holds null")]
    [TestCase("\"text\":\"second\"", "\"expires\":\"tomorrow\"", "the entry 'two': its 'expires' is not of the right kind")]
    [TestCase("\"title\":\"t2\"", "\"title\":\"t2\",\"title\":\"t3\"", "not JSON")]
    [TestCase("\"collection\":\"notes\"", "\"collection\":\"others\"", "'collection' (\"notes\")")]
    [TestCase("\"format\":2", "\"format\":1", "'format' (2)")]
    [TestCase("\"entries\"", "\"entry\"", "a list of 'entries'")]
    [TestCase("},\n{\"id\":\"two\"", "}\n{\"id\":\"two\"", "notes.json, line 4: it is not JSON")]
    public async Task An_edit_that_is_not_valid_changes_nothing_and_is_named(string text, string replacement, string reason)
    {
        using var notes = await CreateAsync();
        Edit(notes, content => content.Replace(text, replacement, StringComparison.Ordinal));
        AssertRefused(notes, reason);
    }

    [Test]
    public async Task What_a_kill_in_the_middle_of_a_snapshot_left_takes_an_edit_too()
    {
        using var notes = new MemoryNotes();
        await notes.KillInTheMiddleOfASnapshotAsync();
        notes.Files["others.json"] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(notes.Files["others.json"])
            .Replace("\"entries\":[", "\"entries\":[{\"id\":\"added\"}", StringComparison.Ordinal));
        Assert.That(notes.Reseal("others").Findings, Is.Empty);
        Assert.That(notes.Verify().Findings, Is.Empty);
        Assert.That(notes.Read(notes.Files).Keys, Is.EqualTo(new[] { "notes/one", "notes/two", "others/added", "others/other" }));
    }

    [TestCase("\"second\"")]
    [TestCase("\"two\"")]
    public async Task A_file_in_another_encoding_is_refused(string text)
    {
        using var notes = await CreateAsync();
        Edit(notes, content => content.Replace(text, "\"M\u00fcller\"", StringComparison.Ordinal));
        notes.Files["notes.json"] = Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(notes.Files["notes.json"]));
        AssertRefused(notes, "it is not UTF-8");
    }

    [Test]
    public async Task A_number_of_the_first_line_that_is_raised_would_hide_what_the_journal_says()
    {
        using var notes = await CreateAsync();
        var storage = notes.Open();
        await storage.GetCollection(MemoryNotes.Notes).RemoveAsync(storage.GetCollection(MemoryNotes.Notes).Find("two")!);
        Edit(notes, content => content.Replace("\"seq\":3", "\"seq\":4", StringComparison.Ordinal));
        AssertRefused(notes, "'seq'");
    }

    [Test]
    public async Task How_many_are_gone_is_said_not_to_be_known_where_the_first_line_was_changed()
    {
        using var notes = await CreateAsync();
        Edit(notes, content => string.Join('\n', content.Split('\n').Where(line => !line.Contains("\"two\"", StringComparison.Ordinal))).Replace("\"count\":3", "\"count\":2", StringComparison.Ordinal));
        var reseal = notes.Reseal("notes");
        Assert.That(reseal.Findings, Is.Empty);
        Assert.That(reseal.Files.Single().Removed, Is.Zero);
        Assert.That(reseal.Remarks.Single().ToString(), Does.Contain("line 1").And.Contain("cannot be told how many entries are gone"));
        Assert.That(notes.Open().GetCollection(MemoryNotes.Notes).Count, Is.EqualTo(2));
    }

    [Test]
    public async Task No_value_is_shown()
    {
        using var notes = await CreateAsync();
        Edit(notes, content => content.Replace("\"second\"", "[\"a secret\"]", StringComparison.Ordinal));
        Assert.That(notes.Reseal("notes").Findings.Single().ToString(), Does.Contain("'two'").And.Not.Contain("secret"));
    }

    [Test]
    public async Task What_the_journal_says_of_later_changes_counts_and_is_told()
    {
        using var notes = await CreateAsync();
        var storage = notes.Open();
        var collection = storage.GetCollection(MemoryNotes.Notes);
        var one = collection.Find("one")!;
        one.Text = "changed by the server";
        await collection.UpdateAsync(one);
        await collection.RemoveAsync(collection.Find("two")!);
        await collection.AddAsync(new Note { Id = "four", Title = "t4" });
        Edit(notes, content => content.Replace("\"first\"", "\"edited\"", StringComparison.Ordinal).Replace("\"second\"", "\"edited\"", StringComparison.Ordinal)
            .Replace("\"third\"", "\"edited\"", StringComparison.Ordinal));
        Assert.That(() => notes.Compact(), Throws.InstanceOf<StorageException>().With.Message.Contains("storage reseal"));

        var reseal = notes.Reseal("notes");
        Assert.That(reseal.Findings, Is.Empty);
        Assert.That(reseal.Remarks.Select(remark => remark.Problem), Is.EquivalentTo(new[]
        {
            "the journal has a later state of the entry 'one', which counts; the edit of it has no effect",
            "the journal removes the entry 'two'; the edit of it has no effect",
            "the entry 'four' comes from the journal",
        }));
        Assert.That(notes.Verify().Findings, Is.Empty);
        Assert.That(notes.Files.Names, Has.None.StartsWith("journal"));
        var after = notes.Open().GetCollection(MemoryNotes.Notes).List();
        Assert.That(after.Select(note => (note.Id, note.Text)), Is.EquivalentTo(new[] { ("one", "changed by the server"), ("three", "edited"), ("four", (string?)null) }));

        // Nothing comes on top of what is edited from now on.
        Edit(notes, content => content.Replace("changed by the server", "edited again", StringComparison.Ordinal));
        Assert.That(notes.Reseal("notes").Remarks, Is.Empty);
        Assert.That(notes.Open().GetCollection(MemoryNotes.Notes).Find("one")!.Text, Is.EqualTo("edited again"));
    }

    [Test]
    public async Task The_end_of_the_journal_that_nobody_was_told_of_is_kept_and_told()
    {
        using var notes = await CreateAsync();
        await notes.Open().GetCollection(MemoryNotes.Others).AddAsync(new Note { Id = "other" });
        var name = notes.Files.Names.Single(name => name.StartsWith("journal", StringComparison.Ordinal));
        var journal = notes.Files[name];
        "{\"seq\":9"u8.CopyTo(journal.AsSpan(Array.LastIndexOf(journal, (byte)'}') + 2));
        notes.Files[name] = journal;
        Edit(notes, content => content.Replace("\"first\"", "\"edited\"", StringComparison.Ordinal));
        var remark = notes.Reseal("notes").Remarks.Single();
        var quarantine = notes.Files.Names.Single(name => name.EndsWith(".quarantine", StringComparison.Ordinal));
        Assert.That(remark.ToString(), Does.StartWith($"{name}: ").And.Contains($"'{quarantine}'"));
        Assert.That(Encoding.UTF8.GetString(notes.Files[quarantine]), Is.EqualTo("{\"seq\":9"));
    }

    [Test]
    public async Task A_key_that_the_journal_has_given_to_another_entry_is_refused()
    {
        using var notes = await CreateAsync();
        await notes.Open().GetCollection(MemoryNotes.Notes).AddAsync(new Note { Id = "four", Title = "t4" });
        Edit(notes, content => content.Replace("\"t1\"", "\"t4\"", StringComparison.Ordinal));
        AssertRefused(notes, "the entries 'four' and 'one' have the same title");
    }

    [Test]
    public async Task Only_files_of_collections_can_be_taken_in_and_only_those_that_are_named()
    {
        using var notes = await CreateAsync();
        foreach (var name in (string[])["manifest.json", "keys/one.json", "journal-1.jsonl", "volatile"])
        {
            Assert.That(() => notes.Reseal(name), Throws.InstanceOf<StorageException>().With.Message.Contains(name).And.Message.Contains("notes.json, others.json"));
        }

        Assert.That(notes.Reseal("notes", "others.json").Files, Is.Empty, "nothing was edited");
        Edit(notes, content => content.Replace("\"first\"", "\"edited\"", StringComparison.Ordinal));
        var before = notes.Files.Content;
        Assert.That(() => notes.Reseal("others"), Throws.InstanceOf<StorageException>().With.Message.Contains("notes.json"));
        Assert.That(() => notes.Reseal("/elsewhere/notes.json"), Throws.InstanceOf<StorageException>().With.Message.Contains("is not in the storage directory"));
        DirectoryAssert.Unchanged(notes.Files, before, "another file was named");
        Assert.That(notes.Reseal("others", Path.Combine(notes.Root, "notes.json")).Files.Single().Changed, Is.EqualTo(new[] { "one" }));
    }

    [Test]
    public async Task An_edited_file_as_it_was_before_cannot_be_put_back()
    {
        using var notes = await CreateAsync();
        var before = notes.Files["notes.json"];
        Edit(notes, content => content.Replace("\"first\"", "\"edited\"", StringComparison.Ordinal));
        notes.Reseal("notes");
        notes.Files["notes.json"] = before;
        Assert.That(() => notes.Open(), Throws.InstanceOf<StorageException>().With.Message.Contains("another time"));
    }

    private static async Task<MemoryNotes> CreateAsync()
    {
        var notes = new MemoryNotes();
        await using var storage = notes.Open();
        var collection = storage.GetCollection(MemoryNotes.Notes);
        await collection.AddAsync(new Note { Id = "one", Title = "t1", Text = "first" });
        await collection.AddAsync(new Note { Id = "two", Title = "t2", Text = "second" });
        await collection.AddAsync(new Note { Id = "three", Title = "t3", Text = "third" });
        return notes;
    }

    private static void Edit(MemoryNotes notes, Func<string, string> edit)
    {
        var content = Encoding.UTF8.GetString(notes.Files["notes.json"]);
        var edited = edit(content);
        Assert.That(edited, Is.Not.EqualTo(content));
        notes.Files["notes.json"] = Encoding.UTF8.GetBytes(edited);
        Assert.That(() => notes.Open(notes.Files.AfterKill()), Throws.InstanceOf<StorageException>().With.Message.Contains("storage reseal"));
    }

    private static void AssertTakenIn(MemoryNotes notes, string changed, string added, int removed)
    {
        var edited = notes.Files["notes.json"];
        var known = JsonDocument.Parse(edited.AsMemory(edited.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), new JsonDocumentOptions { AllowTrailingCommas = true }).RootElement
            .GetProperty("entries").EnumerateArray().ToDictionary(entry => entry.GetProperty("id").GetString()!, entry => entry.Clone());
        var reseal = notes.Reseal("notes");
        Assert.That(reseal.Findings, Is.Empty);
        var file = reseal.Files.Single();
        Assert.That((string.Join(',', file.Changed), string.Join(',', file.Added), file.Removed), Is.EqualTo((changed, added, removed)));
        Assert.That(notes.Files[file.Kept], Is.EqualTo(edited));
        Assert.That(notes.Verify().Findings, Is.Empty);
        foreach (var note in notes.Open().GetCollection(MemoryNotes.Notes).List())
        {
            Assert.That(known.Remove(note.Id, out var entry), Is.True, note.Id);
            Assert.That(note.Text, Is.EqualTo(entry.TryGetProperty("text", out var text) ? text.GetString() : null));
            var isEdited = file.Changed.Contains(note.Id) || file.Added.Contains(note.Id);
            Assert.That(note.Version, isEdited ? Is.GreaterThan(3) : Is.EqualTo(entry.GetProperty("version").GetInt64()), "moves with the edit");
        }

        Assert.That(known, Is.Empty);
    }

    private static void AssertRefused(MemoryNotes notes, string reason)
    {
        var before = notes.Files.Content;
        var reseal = notes.Reseal("notes");
        Assert.That(reseal.Findings.Select(finding => finding.ToString()), Has.Some.Contains(reason));
        Assert.That(reseal.Files, Is.Empty);
        DirectoryAssert.Unchanged(notes.Files, before, reason);
    }
}
