using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Identity.Tests.Storage;

/// <summary>Edits of entries whose models have more to say: members that must be there, members of members, dates, an older format.</summary>
[TestFixture]
internal sealed class ResealedModelTests
{
    private static readonly CollectionDefinition<Deadline> Deadlines = new("deadlines")
    {
        Json = DeadlineJson.Default.Deadline,
        ExpiresAt = deadline => deadline.Until.AddDays(30),
    };

    private static readonly string[] Renamed = ["two"];

    [TestCase("2027-01-01T00:00:00+00:00", null)]
    [TestCase("9999-12-31T00:00:00+00:00", "the entry 'one' cannot be read")]
    [TestCase("0001-01-01T00:00:00+00:00", "the entry 'one' cannot be read")]
    public async Task What_a_start_could_not_read_or_reckon_with_is_refused(string until, string? reason)
    {
        using var notes = new MemoryNotes();
        await AddAsync(notes, Deadlines, new Deadline { Id = "one", Until = notes.Time.GetUtcNow().AddDays(1) });
        var reseal = Reseal(notes, Deadlines, entry => entry["until"] = until);
        Assert.That(reseal.Findings.Select(finding => finding.ToString()).SingleOrDefault(), reason is null ? Is.Null : Does.Contain(reason));
        if (reason is null)
        {
            await using var storage = Open(notes, Deadlines);
            Assert.That(storage.GetCollection(Deadlines).Find("one")!.Until, Is.EqualTo(DateTimeOffset.Parse(until, CultureInfo.InvariantCulture)));
        }
    }

    [Test]
    public async Task An_entry_that_was_not_edited_may_be_as_its_host_writes_it()
    {
        using var notes = new MemoryNotes();
        var definition = new CollectionDefinition<Deadline>("deadlines") { Json = (JsonTypeInfo<Deadline>)JsonSerializerOptions.Default.GetTypeInfo(typeof(Deadline)) };
        await AddAsync(notes, definition, new Deadline { Id = "one", Until = notes.Time.GetUtcNow() }, new Deadline { Id = "two", Until = notes.Time.GetUtcNow(), Name = "named" });
        var content = Encoding.UTF8.GetString(notes.Files["deadlines.json"]);
        Assert.That(content, Does.Contain("\"Name\":null"));
        notes.Files["deadlines.json"] = Encoding.UTF8.GetBytes(content.Replace("named", "renamed", StringComparison.Ordinal));
        Assert.That(Offline(notes, definition).Reseal(["deadlines"]).Files.Single().Changed, Is.EqualTo(Renamed));
    }

    [TestCase("{\"issuer\":\"i\",\"subject\":\"s\",\"emial\":\"e\"}", "its 'logins[0].emial' is not of the right kind, or not known")]
    [TestCase("{\"issuer\":\"i\",\"subject\":null}", "its 'logins' holds null")]
    [TestCase("{\"issuer\":\"i\"}", "the entry 'alice'")]
    [TestCase("{\"issuer\":\"i\",\"subject\":\"s\"}", null)]
    public async Task Members_of_members_are_looked_at_as_well(string login, string? reason)
    {
        using var notes = new MemoryNotes();
        await AddAsync(notes, Collections.Users, new User { Id = "alice" });
        var reseal = Reseal(notes, Collections.Users, entry => entry["logins"] = new JsonArray(JsonNode.Parse(login)));
        Assert.That(reseal.Findings.Select(finding => finding.ToString()).SingleOrDefault(), reason is null ? Is.Null : Does.Contain(reason));
    }

    [Test]
    public void A_directory_of_the_format_before_is_upgraded_with_the_edit_in_it()
    {
        using var notes = new MemoryNotes();
        notes.Files = Format1Directory.InMemory(notes.Root);
        var offline = new OfflineDirectory(notes.Files, Options(notes), Format1Directory.Definitions, new FakeTimeProvider(Format1Directory.Written));
        Assert.That(offline.Verify().Findings, Is.Empty);
        Assert.That(offline.Verify().Remarks.Select(remark => remark.ToString()), Has.Some.Contains("has format 1; the next start upgrades it"));
        var expected = Format1Directory.Expect(Format1Directory.Read(notes.Files, notes.Root));
        var content = Encoding.UTF8.GetString(notes.Files["users.json"]);
        Assert.That(content, Does.Contain("\"user_name\":\""));
        notes.Files["users.json"] = Encoding.UTF8.GetBytes(content.Replace("\"user_name\":\"", "\"display_name\":\"edited\",\"user_name\":\"", StringComparison.Ordinal));
        var before = notes.Files.Content;
        var reseal = offline.Reseal(["users"]);
        Assert.That(reseal.Findings, Is.Empty);
        Assert.That(offline.Verify().Findings, Is.Empty);
        Assert.That(offline.Verify().Remarks.Select(remark => remark.Problem), Has.None.Contains("format"));
        DirectoryAssert.Kept("before-upgrade-1", notes.Files, before, "the old files");
        var found = Format1Directory.Read(notes.Files, notes.Root);
        Assert.That(found.Keys, Is.EqualTo(expected.Keys));
        Assert.That(found.Where(entry => entry.Value != expected[entry.Key]).Select(entry => entry.Key), Is.EqualTo(reseal.Files.Single().Changed.Select(id => $"users/{id}")));
    }

    [Test]
    public void A_directory_of_the_format_before_is_compacted_into_the_present_one()
    {
        using var notes = new MemoryNotes();
        notes.Files = Format1Directory.InMemory(notes.Root);
        var before = notes.Files.Content;
        var expected = Format1Directory.Expect(Format1Directory.Read(notes.Files, notes.Root));
        var offline = new OfflineDirectory(notes.Files, Options(notes), Format1Directory.Definitions, new FakeTimeProvider(Format1Directory.Written));
        offline.Compact();
        Assert.That(offline.Verify().Findings, Is.Empty);
        DirectoryAssert.Same(Format1Directory.Read(notes.Files, notes.Root), expected, "compacted");
        DirectoryAssert.Kept("before-upgrade-1", notes.Files, before, "the old files");
    }

    private static FileSystemStorageOptions Options(MemoryNotes notes) => new() { Directory = notes.Root };

    private static StorageDirectory Open(MemoryNotes notes, CollectionDefinition definition) => StorageDirectory.Open(notes.Files, Options(notes), [definition], notes.Time, NullLogger.Instance);

    private static OfflineDirectory Offline(MemoryNotes notes, CollectionDefinition definition) => new(notes.Files, Options(notes), [definition], notes.Time);

    private static async Task AddAsync<T>(MemoryNotes notes, CollectionDefinition<T> definition, params T[] entities)
        where T : Entity
    {
        await using var storage = Open(notes, definition);
        foreach (var entity in entities)
        {
            await storage.GetCollection(definition).AddAsync(entity);
        }
    }

    /// <summary>Edits the first entry of a file.</summary>
    private static StorageReseal Reseal(MemoryNotes notes, CollectionDefinition definition, Action<JsonNode> edit)
    {
        var content = JsonNode.Parse(notes.Files[definition.FileName])!;
        edit(content["entries"]![0]!);
        notes.Files[definition.FileName] = Encoding.UTF8.GetBytes(content.ToJsonString());
        var before = notes.Files.Content;
        var reseal = Offline(notes, definition).Reseal([definition.Name]);
        if (reseal.Findings.Count > 0)
        {
            DirectoryAssert.Unchanged(notes.Files, before, "refused");
        }

        return reseal;
    }
}
