using System.Text;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Tests.Storage;

/// <summary>What a check of a directory finds beside damage, and what of it is wrong rather than worth knowing.</summary>
[TestFixture]
internal sealed class VerifyTests
{
    [Test]
    public async Task Entries_that_share_a_unique_key_are_wrong_and_a_recovery_keeps_the_newer_one()
    {
        using var notes = new MemoryNotes();
        var anything = new CollectionDefinition<Note>("notes") { Json = NoteJson.Default.Note };
        await using (var storage = StorageDirectory.Open(
            notes.Files, new FileSystemStorageOptions { Directory = notes.Root }, [anything, MemoryNotes.Others], notes.Time, NullLogger.Instance))
        {
            await storage.GetCollection(anything).AddAsync(new Note { Id = "older", Title = "same", Text = "a secret" });
            await storage.GetCollection(anything).AddAsync(new Note { Id = "newer", Title = "same" });
        }

        var finding = notes.Verify().Findings.Single();
        Assert.That(finding.ToString(), Is.EqualTo("notes.json: the entry 'older' has the same title as 'newer', which is newer"));
        notes.Recover();
        Assert.That(notes.Read(notes.Files.AfterKill()).Keys, Is.EqualTo(new[] { "notes/newer" }));
        Assert.That(Encoding.UTF8.GetString(notes.Files[notes.Files.Names.Single(name => name.EndsWith(".quarantine", StringComparison.Ordinal))]), Does.Contain("a secret"));
        Assert.That(notes.Verify().Findings, Is.Empty);
    }

    [Test]
    public async Task A_reference_that_leads_nowhere_is_remarked_on_and_is_not_wrong()
    {
        using var notes = new MemoryNotes();
        await using (var storage = notes.Open())
        {
            await storage.GetCollection(MemoryNotes.Others).AddAsync(new Note { Id = "there" });
            await storage.GetCollection(MemoryNotes.Notes).AddAsync(new Note { Id = "one", Owner = "there" });
            await storage.GetCollection(MemoryNotes.Notes).AddAsync(new Note { Id = "two", Owner = "gone" });
            await storage.GetCollection(MemoryNotes.Notes).AddAsync(new Note { Id = "three" });
        }

        var report = notes.Verify();
        Assert.That(report.Findings, Is.Empty);
        Assert.That(report.Remarks.Single().ToString(), Is.EqualTo("notes.json: the owner is not there that these entries name: 'two' ('gone')"));
    }

    [Test]
    public async Task What_the_server_keeps_says_what_it_refers_to()
    {
        using var notes = new MemoryNotes();
        var files = new MemoryFileSystem(notes.Root);
        await using (var storage = Format1Directory.Open(files, notes.Root))
        {
            await storage.GetCollection(Identity.Stores.FileSystem.Stores.Collections.RefreshTokens).AddAsync(new() { Id = "token", ApplicationId = "c1", AuthorizationId = "a1" });
            await storage.GetCollection(Identity.Stores.FileSystem.Stores.Collections.Authorizations).AddAsync(new() { Id = "connection", ApplicationId = "c2" });
            await storage.GetCollection(Identity.Server.Authorization.ConsentStore.Definition).AddAsync(
                new() { Id = "consent", ClientId = "the client's own name", Subject = "u1", Scopes = [], ConsentDate = Format1Directory.Written });
        }

        var report = new OfflineDirectory(files, new FileSystemStorageOptions { Directory = notes.Root }, Format1Directory.Definitions, notes.Time).Verify();
        Assert.That(report.Findings, Is.Empty);
        Assert.That(report.Remarks.Select(remark => remark.ToString()), Is.EquivalentTo(new[]
        {
            "refresh_tokens.json: the client is not there that these entries name: 'token' ('c1')",
            "refresh_tokens.json: the authorization is not there that these entries name: 'token' ('a1')",
            "authorizations.json: the client is not there that these entries name: 'connection' ('c2')",
            "consents.json: the client is not there that these entries name: 'consent' ('the client's own name')",
            "consents.json: the user is not there that these entries name: 'consent' ('u1')",
        }));
    }

    [Test]
    public async Task What_was_left_behind_or_set_aside_is_remarked_on()
    {
        using var notes = new MemoryNotes();
        await using (var storage = notes.Open())
        {
            storage.WriteFile("keys", "one.json", "{}"u8);
        }

        foreach (var name in (string[])["notes.json.tmp", "notes.json.replacement", "journal-9.jsonl", "notes.json.1.edited", "2.quarantine", "before-recovery-3/notes.json", "keys/two.json.tmp"])
        {
            notes.Files[name] = "{"u8.ToArray();
        }

        var report = notes.Verify();
        Assert.That(report.Findings, Is.Empty);
        Assert.That(report.Remarks.Select(remark => remark.File),
            Is.EquivalentTo(new[] { "notes.json.tmp", "notes.json.replacement", "journal-9.jsonl", "notes.json.1.edited", "2.quarantine", "before-recovery-3" }));
        await using (notes.Open())
        {
        }

        Assert.That(notes.Files.Names, Is.EqualTo(new[] { "2.quarantine", "before-recovery-3/notes.json", "keys/one.json", "manifest.json", "notes.json", "notes.json.1.edited", "others.json" }));
    }

    [Test]
    public async Task A_key_that_the_manifest_does_not_name_is_wrong_unless_it_was_being_written()
    {
        using var notes = new MemoryNotes();
        await using (var storage = notes.Open())
        {
            storage.WriteFile("keys", "one.json", "{}"u8);
            var before = notes.Files.Calls;
            var left = new List<MemoryFileSystem>();
            notes.Files.Entering = (_, _) => left.AddRange([notes.Files.AfterKill(), notes.Files.AfterPowerLoss()]);
            storage.WriteFile("keys", "two.json", "{}"u8);
            notes.Files.Entering = null;
            Assert.That(left, Has.Count.GreaterThan(20));
            foreach (var killed in left)
            {
                Assert.That(notes.Verify(killed).Findings, Is.Empty);
                Assert.That(notes.Open(killed).ListFiles("keys"), Is.EqualTo(new[] { "one.json" }).Or.EqualTo(new[] { "one.json", "two.json" }));
                Assert.That(notes.Open(killed).ListFiles("keys"), Is.EqualTo(killed.ListFiles(Path.Combine(notes.Root, "keys"))));
            }
        }

        notes.Files["keys/three.json"] = "{}"u8.ToArray();
        Assert.That(() => notes.Open(), Throws.InstanceOf<StorageException>().With.Message.Contains("three.json"));
        Assert.That(notes.Verify().Findings.Single().File, Is.EqualTo("keys/three.json"));
        notes.Recover();
        Assert.That(notes.Open().ListFiles("keys"), Does.Contain("three.json"));
    }

    /// <summary>Rewrites what says the format in each kind of file, as a newer version would.</summary>
    [TestCase("manifest.json")]
    [TestCase("notes.json")]
    [TestCase("journal-2.jsonl")]
    [TestCase(DirectoryReplacement.PlanName)]
    public async Task A_newer_format_is_refused_by_name_and_number_and_nothing_is_changed(string name)
    {
        using var notes = new MemoryNotes();
        var storage = notes.Open();
        await storage.GetCollection(MemoryNotes.Notes).AddAsync(new Note { Id = "one" });
        await storage.SnapshotAsync();
        await storage.GetCollection(MemoryNotes.Notes).AddAsync(new Note { Id = "two" });
        if (name == DirectoryReplacement.PlanName)
        {
            notes.Files[name] = SealedJson.Write(new ReplacementPlan(), ManifestJson.Default.ReplacementPlan);
        }

        var content = Encoding.UTF8.GetString(notes.Files[name]);
        var end = content.IndexOf(",\"crc\":\"", StringComparison.Ordinal);
        var head = content[..end].Replace("\"format\": 2", "\"format\": 3", StringComparison.Ordinal).Replace("\"format\":2", "\"format\":3", StringComparison.Ordinal);
        Assert.That(head, Is.Not.EqualTo(content[..end]));
        notes.Files[name] = Encoding.UTF8.GetBytes($"{head},\"crc\":\"{ChecksummedLine.Of(Encoding.UTF8.GetBytes(head))}{content[(end + 16)..]}");
        var before = notes.Files.Content;

        foreach (var command in (Action[])[() => notes.Open(), () => notes.Verify(), () => notes.Recover(), () => notes.Compact(), () => notes.Reseal("others")])
        {
            Assert.That(() => command(), Throws.InstanceOf<StorageException>().With.Message.Contains(name).And.Message.Contains("format 3").And.Message.Contains("newer version"));
            DirectoryAssert.Unchanged(notes.Files, before, name);
        }
    }

    [Test]
    public async Task A_collection_of_another_program_stops_the_start_and_a_recovery()
    {
        using var notes = new MemoryNotes();
        var unknown = new CollectionDefinition<Note>("unknown") { Json = NoteJson.Default.Note };
        await using (StorageDirectory.Open(notes.Files, new FileSystemStorageOptions { Directory = notes.Root }, [MemoryNotes.Notes, MemoryNotes.Others, unknown], notes.Time, NullLogger.Instance))
        {
        }

        notes.Files["notes.json"] = "damaged"u8.ToArray();
        var before = notes.Files.Content;
        Assert.That(() => notes.Open(), Throws.InstanceOf<StorageException>().With.Message.Contains("'unknown'"));
        Assert.That(() => notes.Recover(), Throws.InstanceOf<StorageException>().With.Message.Contains("'unknown'"));
        DirectoryAssert.Unchanged(notes.Files, before, "unknown");
    }
}
