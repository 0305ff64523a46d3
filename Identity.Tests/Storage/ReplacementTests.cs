using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>A replacement that was interrupted is finished with the files it was begun with, over the directory it was made for, or not at all.</summary>
[TestFixture]
internal sealed class ReplacementTests
{
    private static readonly string[] Planned = ["manifest.json", "notes.json", "others.json"];
    private static readonly string[] Held = ["notes/one", "others/other"];

    [Test]
    public void A_replacement_that_was_interrupted_is_wrong_until_it_was_finished()
    {
        using var notes = new MemoryNotes();
        _ = notes.Open();
        notes.Files["notes.json"] = "damaged"u8.ToArray();
        MemoryFileSystem? interrupted = null;
        notes.Files.Entering = (_, _) => interrupted ??= notes.Files.FileExists(Path.Combine(notes.Root, DirectoryReplacement.PlanName)) ? notes.Files.AfterKill() : null;
        notes.Recover();
        Assert.That(notes.Verify(interrupted!).Findings.Single().File, Is.EqualTo(DirectoryReplacement.PlanName));

        var damaged = interrupted!.AfterKill();
        damaged[DirectoryReplacement.PlanName] = "{}"u8.ToArray();
        var before = damaged.Content;
        Assert.That(() => notes.Open(damaged), Throws.InstanceOf<StorageException>().With.Message.Contains(DirectoryReplacement.PlanName));
        Assert.That(() => notes.Recover(damaged), Throws.InstanceOf<StorageException>().With.Message.Contains(DirectoryReplacement.PlanName));
        DirectoryAssert.Unchanged(damaged, before, "a damaged plan");

        var restored = interrupted.AfterKill();
        restored["manifest.json"] = "another"u8.ToArray();
        Assert.That(() => notes.Open(restored), Throws.InstanceOf<StorageException>().With.Message.Contains("restored a backup"));

        _ = notes.Open(interrupted);
        Assert.That(notes.Verify(interrupted).Findings, Is.Empty);
    }

    [Test]
    public async Task A_file_that_is_missing_or_cut_or_flipped_at_any_byte_is_noticed_whatever_has_arrived()
    {
        using var notes = new MemoryNotes();
        var (_, stages) = await InterruptAsync(notes);
        foreach (var stage in stages.DistinctBy(CountArriving))
        {
            foreach (var name in NamesThatMatter(stage))
            {
                var content = stage[name];
                // The old manifest may have gone aside already, and without its plan a replacement is none.
                if (name is not DirectoryReplacement.PlanName && (name is not "manifest.json" || CountArriving(stage) is 0))
                {
                    AssertRefused(notes, stage, files => files.Remove(name), $"'{name}' missing");
                }

                for (var position = 0; position < content.Length; position++)
                {
                    AssertRefused(notes, stage, files => files[name] = content[..position], $"'{name}' cut at {position}");
                    AssertRefused(notes, stage, files => (files[name] = [.. content])[position] ^= (byte)(1 << (position % 8)), $"'{name}' flipped at {position}");
                }
            }
        }
    }

    [Test]
    public async Task A_backup_that_is_put_over_one_keeps_its_journal()
    {
        using var notes = new MemoryNotes();
        var (backup, stages) = await InterruptAsync(notes);
        foreach (var stage in stages.Where(stage => CountArriving(stage) is 0))
        {
            var restored = stage.AfterKill();
            foreach (var (name, content) in backup.Content)
            {
                restored[name] = content;
            }

            var before = restored.Content;
            Assert.That(() => notes.Open(restored), Throws.InstanceOf<StorageException>().With.Message.Contains("restored a backup"));
            DirectoryAssert.Unchanged(restored, before, "a backup");
            restored.Remove(DirectoryReplacement.PlanName);
            Assert.That(notes.Read(restored).Keys, Is.EqualTo(Held));
        }
    }

    [Test]
    public async Task It_is_finished_from_wherever_it_was_interrupted()
    {
        using var notes = new MemoryNotes();
        var (_, stages) = await InterruptAsync(notes);
        Assert.That(stages.Select(CountArriving).Distinct(), Is.EqualTo(new[] { 3, 2, 1, 0 }));
        foreach (var stage in stages)
        {
            Assert.That(notes.Read(stage).Keys, Is.EqualTo(Held));
        }
    }

    /// <summary>Compacts a directory and tells how it looked before, and whenever there was a plan.</summary>
    private static async Task<(MemoryFileSystem Before, IReadOnlyList<MemoryFileSystem> Stages)> InterruptAsync(MemoryNotes notes)
    {
        var storage = notes.Open();
        await storage.GetCollection(MemoryNotes.Notes).AddAsync(new Note { Id = "one" });
        await storage.GetCollection(MemoryNotes.Others).AddAsync(new Note { Id = "other" });
        var before = notes.Files.AfterKill();
        List<MemoryFileSystem> stages = [];
        notes.Files.Entering = (_, _) => stages.Add(notes.Files.AfterKill());
        notes.Compact();
        notes.Files.Entering = null;
        return (before, [.. stages.Where(files => files.Names.Contains(DirectoryReplacement.PlanName))]);
    }

    private static int CountArriving(MemoryFileSystem stage) => stage.Names.Count(name => name.EndsWith(DirectoryReplacement.NewEnding, StringComparison.Ordinal));

    /// <summary>The plan, the manifest that is there, and the new files, where they are by now; once all have arrived, the manifest stands for them.</summary>
    private static IEnumerable<string> NamesThatMatter(MemoryFileSystem stage)
    {
        var arriving = Planned.Where(name => stage.Names.Contains(name + DirectoryReplacement.NewEnding)).ToList();
        var files = arriving.Count is 0 ? [] : arriving.Select(name => name + DirectoryReplacement.NewEnding).Concat(Planned.Except(arriving));
        return files.Append(DirectoryReplacement.PlanName).Append("manifest.json").Distinct();
    }

    private static void AssertRefused(MemoryNotes notes, MemoryFileSystem stage, Action<MemoryFileSystem> damage, string what)
    {
        var damaged = stage.AfterKill();
        damage(damaged);
        var before = damaged.Content;
        Assert.That(() => notes.Open(damaged), Throws.InstanceOf<StorageException>().With.Message.Contains(DirectoryReplacement.PlanName), what);
        Assert.That(() => notes.Verify(damaged), Throws.InstanceOf<StorageException>().With.Message.Contains(DirectoryReplacement.PlanName), what);
        DirectoryAssert.Unchanged(damaged, before, what);
    }
}
