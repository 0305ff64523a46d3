using System.Text;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>
/// Recovery, upgrade, compaction and reseal, interrupted at every call they make: by every way in which it can fail, once or from then on,
/// by a kill and by a power loss, also of a disk that keeps any part of what was not flushed. Done again, they come to the same result, and a
/// power loss takes nothing of it back.
/// </summary>
[TestFixture]
internal sealed class InterruptionTests
{
    private const int LossesAtEachCall = 2;

    private MemoryNotes _notes = null!;
    private SampleDirectory _sample = null!;

    [OneTimeSetUp]
    public async Task CreateAsync()
    {
        _notes = new MemoryNotes();
        _sample = await SampleDirectory.CreateAsync(_notes);
    }

    [OneTimeTearDown]
    public void Remove() => _notes.Dispose();

    [TestCase("manifest.json", "\"format\"", "\"Format\"")]
    [TestCase("notes.json", "written first", "written fiRst")]
    [TestCase("keys/two.xml", "second", "seCond")]
    public async Task A_recovery(string name, string text, string damage)
    {
        var start = Replace(_sample.Files, name, text, damage);
        start.Remove("others.json");
        start = start.AfterKill();
        var expected = Finish(start, files => _notes.Recover(files), files => _notes.Read(files));
        var calls = await InterruptAsync(start, files => _notes.Recover(files), (left, what) =>
        {
            var wasBegun = WasBegun(left);
            AssertTold(_notes.Recover(left).Finished, wasBegun, left, "before-recovery-", ".quarantine", what);
            Assert.That(_notes.Verify(left).Findings, Is.Empty, what);
            DirectoryAssert.Kept("before-recovery-", left, start.Content, what);
            Assert.That(left.Names.Count(file => file.EndsWith(".quarantine", StringComparison.Ordinal)), Is.EqualTo(1), what);
            DirectoryAssert.Same(_notes.Read(left), expected, what);
        });
        Assert.That(calls, Is.GreaterThan(80));
    }

    [Test]
    public async Task An_upgrade()
    {
        var start = Format1Directory.InMemory(_notes.Root);
        var before = Format1Directory.Read(start, _notes.Root);
        var expected = Format1Directory.Expect(before);
        var calls = await InterruptAsync(start, files => Format1Directory.Open(files, _notes.Root), (left, what) =>
        {
            Format1Directory.Open(left, _notes.Root);
            DirectoryAssert.Same(Format1Directory.Read(left, _notes.Root), expected, what);
            DirectoryAssert.Kept("before-upgrade-1", left, start.Content, what);
            Assert.That(left.Names.Where(name => name.StartsWith("journal", StringComparison.Ordinal) || name.Contains(DirectoryReplacement.NewEnding, StringComparison.Ordinal) || name == DirectoryReplacement.PlanName), Is.Empty, what);
            Format1Directory.Open(left, _notes.Root);
        });
        Assert.That(calls, Is.GreaterThan(120));
    }

    [Test]
    public async Task A_compaction()
    {
        var calls = await InterruptAsync(_sample.Files, files => _notes.Compact(files), (left, what) =>
        {
            DirectoryAssert.Same(_notes.Read(left.AfterKill()), _sample.Acknowledged, what);
            var wasBegun = WasBegun(left);
            Assert.That(_notes.Compact(left).Finished is not null, Is.EqualTo(wasBegun), what);
            Assert.That(_notes.Verify(left).Findings, Is.Empty, what);
            Assert.That(left.Names.Where(name => name.StartsWith("journal", StringComparison.Ordinal) && !name.EndsWith(".quarantine", StringComparison.Ordinal)), Is.Empty, what);
            DirectoryAssert.Same(_notes.Read(left), _sample.Acknowledged, what);
        });
        Assert.That(calls, Is.GreaterThan(100));
    }

    [Test]
    public async Task A_reseal()
    {
        var start = Replace(_sample.Files, "others.json", "\"text\":\"other\"", "\"text\": \"edited\"");
        start = Replace(start, "notes.json", "has two spaces  and", "has been edited, and").AfterKill();
        var expected = Finish(start, files => _notes.Reseal(files, "notes", "others"), files => _notes.Read(files));
        var calls = await InterruptAsync(start, files => _notes.Reseal(files, "notes", "others"), (left, what) =>
        {
            var wasBegun = WasBegun(left);
            AssertTold(_notes.Reseal(left, "notes", "others").Finished, wasBegun, left, null, ".edited", what);
            Assert.That(_notes.Verify(left).Findings, Is.Empty, what);
            foreach (var name in (string[])["notes.json", "others.json"])
            {
                var kept = left.Names.Where(file => file.StartsWith(name, StringComparison.Ordinal) && file.EndsWith(".edited", StringComparison.Ordinal)).ToList();
                Assert.That(kept, Has.Count.EqualTo(1), what);
                Assert.That(left[kept[0]], Is.EqualTo(start[name]), what);
            }

            DirectoryAssert.Same(_notes.Read(left), expected, what);
        });
        Assert.That(calls, Is.GreaterThan(90));
    }

    private static bool WasBegun(MemoryFileSystem left) => left.Names.Contains(DirectoryReplacement.PlanName);

    /// <summary>Who finishes what another began says where the old files are, and what could not be read or was edited.</summary>
    private static void AssertTold(string? finished, bool wasBegun, MemoryFileSystem left, string? folder, string ending, string what)
    {
        Assert.That(finished is not null, Is.EqualTo(wasBegun), what);
        if (wasBegun)
        {
            var kept = left.Names.Where(name => !name.Contains('/', StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal));
            Assert.That(kept.All(name => finished!.Contains($"'{name}'", StringComparison.Ordinal)), $"{what}: {finished}");
            Assert.That(folder is null || finished!.Contains(folder, StringComparison.Ordinal), $"{what}: {finished}");
        }
    }

    private static MemoryFileSystem Replace(MemoryFileSystem source, string name, string text, string other)
    {
        var files = source.AfterKill();
        var content = Encoding.UTF8.GetString(files[name]);
        Assert.That(content, Does.Contain(text));
        files[name] = Encoding.UTF8.GetBytes(content.Replace(text, other, StringComparison.Ordinal));
        return files;
    }

    private static T Finish<T>(MemoryFileSystem start, Action<MemoryFileSystem> work, Func<MemoryFileSystem, T> result)
    {
        var files = start.AfterKill();
        work(files);
        return result(files);
    }

    /// <summary>Interrupts work at each of its calls in every way and checks what it leaves behind; returns how many calls there are.</summary>
    private static async Task<int> InterruptAsync(MemoryFileSystem start, Action<IFileSystem> work, Action<MemoryFileSystem, string> check)
    {
        HashSet<string> seen = [];
        var calls = await Injection.ForEachAsync(injection =>
        {
            List<(MemoryFileSystem Files, string What)> left = [];
            var files = start.AfterKill();
            var faulty = new FaultyFileSystem(files);
            injection.Failing = () =>
            {
                left.Add((files.AfterKill(), $"a kill before {injection}"));
                left.Add((files.AfterPowerLoss(), $"a power loss before {injection}"));
            };
            injection.Begin(faulty);
            var isDone = true;
            try
            {
                work(faulty);
            }
            catch (StorageException)
            {
                isDone = false;
            }

            // Who holds the directory is only said for people.
            var isOfOwner = injection.Call is { } call && Path.GetFileName(call.Path) is DirectoryLock.OwnerFileName;
            Assert.That(isDone || isOfOwner, Is.EqualTo(injection.Call is null || isOfOwner), $"{injection}: is told");
            left.Add((files.AfterPowerLoss(), $"{injection}, and a power loss"));
            left.Add((files, $"{injection}"));
            CheckAll(left);
            return Task.CompletedTask;
        });
        CheckAll(LosePower(start, work));
        return calls;

        void CheckAll(List<(MemoryFileSystem Files, string What)> left)
        {
            // Many leave the same: whatever only reads changes nothing.
            foreach (var (found, what) in left.Where(found => seen.Add(found.Files.Fingerprint())))
            {
                check(found, what);
                check(found.AfterPowerLoss(), $"{what}, and a power loss after it was done again");
            }
        }
    }

    /// <summary>What losses of power leave of a disk that promises no order, at each call and after the last one.</summary>
    private static List<(MemoryFileSystem Files, string What)> LosePower(MemoryFileSystem start, Action<IFileSystem> work)
    {
        var chance = new Chance(Chance.ChooseSeed());
        var disk = start.OnDisk();
        List<(MemoryFileSystem Files, string What)> left = [];
        var faulty = new FaultyFileSystem(disk)
        {
            Decide = (number, call) =>
            {
                Lose($"before call {number} ({call})");
                return Fault.None;
            },
        };
        faulty.Reset();
        work(faulty);
        Lose("at the end");
        return left;

        void Lose(string when)
        {
            for (var time = 0; time < LossesAtEachCall; time++)
            {
                left.Add((start.WithContentOf(disk.AfterPowerLoss(chance)), $"a power loss {when}, time {time}"));
            }
        }
    }
}
