using System.Text;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>
/// A small directory with a file of every kind, damaged in every way that one byte or one file can be. Either a start finds exactly what
/// was acknowledged, or it names the file and changes nothing, and a recovery brings back whatever is not damaged itself.
/// </summary>
[TestFixture]
internal sealed class DamageTests
{
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

    [Test]
    public void The_undamaged_directory_holds_what_was_acknowledged_and_only_its_tail_is_set_aside()
    {
        Assert.That(_sample.Segments, Has.Count.EqualTo(3));
        Assert.That(_sample.Files[_sample.LastSegment], Has.Length.GreaterThan(2 * 512), "several chunks");
        Assert.That(_sample.Holds("undone"), Is.True, "a line that is whole, though its flush failed");
        Assert.That(_sample.Holds("torn"), Is.True, "half a line");
        Assert.That(_sample.Replay(_ => true), Is.EqualTo(_sample.Acknowledged), "the test reads the files as the engine does");
        Check(_sample.Files, null, 0, 0, "undamaged");
    }

    [Test]
    public void Every_file_cut_at_every_byte_is_noticed()
    {
        foreach (var name in _sample.Files.Names)
        {
            var content = _sample.Files[name];
            for (var length = 0; length < content.Length; length++)
            {
                var refusal = Check(With(name, content[..length]), name, length, content.Length, $"'{name}' cut at {length}");

                // The last line that is left, in part or whole. Segments of the journal are named by their length.
                if (refusal is not null && !IsJournal(name) && _sample.Lines.LastOrDefault(line => line.File == name && line.Start < length) is { } line)
                {
                    Assert.That(refusal, Does.Contain($" line {line.Number}:"), $"'{name}' cut at {length}");
                }
            }
        }
    }

    [Test]
    public void A_bit_flipped_at_every_byte_is_noticed()
    {
        foreach (var name in _sample.Files.Names)
        {
            var content = _sample.Files[name];
            for (var position = 0; position < content.Length; position++)
            {
                var flipped = content.ToArray();
                flipped[position] ^= (byte)(1 << (position % 8));
                var refusal = Check(With(name, flipped), name, position, position + 1, $"'{name}' flipped at {position}");
                if (refusal is not null && _sample.FindLine(name, position) is { } line)
                {
                    Assert.That(refusal, Does.Contain($" line {line.Number}:"));
                }
            }
        }
    }

    [Test]
    public void A_missing_file_is_noticed()
    {
        foreach (var name in _sample.Files.Names)
        {
            var files = _sample.Files.AfterKill();
            files.Remove(name);
            Check(files, name, 0, int.MaxValue, $"'{name}' missing");
        }
    }

    [Test]
    public void Bytes_behind_the_end_of_a_file_are_noticed([Values("x", "\n", "\n{}\n", "]}\n")] string appended)
    {
        foreach (var name in _sample.Files.Names)
        {
            var length = _sample.Files[name].Length;
            var isSegment = name.StartsWith("journal", StringComparison.Ordinal);
            var files = With(name, [.. _sample.Files[name], .. Encoding.UTF8.GetBytes(appended)]);
            if (isSegment)
            {
                // Nothing of what counts is touched: it is no more than another tail, or the rest of a segment that was given up.
                DirectoryAssert.Same(_notes.Read(files), _sample.Acknowledged, name);
                continue;
            }

            Check(files, name, length, length + 1, $"'{name}' with '{appended}' behind it");
        }
    }

    [Test]
    public void Files_that_changed_places_are_noticed_and_found_where_their_heads_tell_them_apart()
    {
        var names = _sample.Files.Names.ToList();
        foreach (var (one, other) in names.SelectMany(one => names.Where(other => string.CompareOrdinal(one, other) < 0).Select(other => (one, other))))
        {
            var files = With(one, _sample.Files[other]);
            files[other] = _sample.Files[one];
            var before = files.Content;
            var refusal = Assert.Throws<StorageException>(() => _notes.Open(files), $"'{one}' and '{other}'");
            Assert.That(names.Any(name => refusal!.Message.Contains(name, StringComparison.Ordinal)), refusal!.Message);
            DirectoryAssert.Unchanged(files, before, refusal.Message);
            Assert.That(_notes.Verify(files).Findings, Is.Not.Empty);
            _notes.Recover(files);
            Assert.That(_notes.Verify(files).Findings, Is.Empty, $"'{one}' and '{other}'");
            DirectoryAssert.Kept("before-recovery-", files, before, $"'{one}' and '{other}'");
            if (IsJournal(one) == IsJournal(other) && DirectoryAssert.IsKey(one) == DirectoryAssert.IsKey(other) && one != "manifest.json" && other != "manifest.json")
            {
                DirectoryAssert.Same(_notes.Read(files), _sample.Acknowledged, $"'{one}' and '{other}'");
            }
        }
    }

    [Test]
    public void A_file_from_an_older_copy_of_the_directory_is_noticed()
    {
        var noticed = 0;
        foreach (var (moment, older) in _sample.Moments)
        {
            foreach (var name in older.Names.Where(name => !_sample.Files.Names.Contains(name) || !older[name].AsSpan().SequenceEqual(_sample.Files[name])))
            {
                // The exception: where all the rest is as it was then, the directory is that of then, and nothing in it can say otherwise.
                if (name == _sample.LastSegment && moment is "most of the journal")
                {
                    continue;
                }

                var what = $"'{name}' of '{moment}'";
                var files = With(name, older[name]);
                var before = files.Content;
                if (!_sample.Files.Names.Contains(name))
                {
                    // A segment that was folded since: there is nothing in it that the files do not have.
                    DirectoryAssert.Same(_notes.Read(files), _sample.Acknowledged, what);
                    continue;
                }

                try
                {
                    // Where only what never counted is another, nothing is lost.
                    DirectoryAssert.Same(_notes.Read(files.AfterKill()), _sample.Acknowledged, what);
                    continue;
                }
                catch (StorageException exception)
                {
                    noticed++;
                    Assert.That(_sample.Files.Names.Concat(older.Names).Any(other => exception.Message.Contains(other, StringComparison.Ordinal)), exception.Message);
                }

                DirectoryAssert.Unchanged(files, before, what);
                Assert.That(_notes.Verify(files).Findings, Is.Not.Empty, what);
                _notes.Recover(files);
                Assert.That(_notes.Verify(files).Findings, Is.Empty, what);
                DirectoryAssert.Kept("before-recovery-", files, before, what);
            }
        }

        Assert.That(noticed, Is.GreaterThan(8));
    }

    [Test]
    public void An_older_copy_of_the_last_segment_alone_is_the_directory_of_that_time()
    {
        var older = _sample.Moments["most of the journal"];
        var files = With(_sample.LastSegment, older[_sample.LastSegment]);
        DirectoryAssert.Unchanged(files, older.Content, "the one thing that cannot be told");
        DirectoryAssert.Same(_notes.Read(files), _sample.Replay(line => line.File != _sample.LastSegment || line.Start < _sample.SecondLastGroup), "the state of then");
    }

    private static bool IsJournal(string name) => name.StartsWith("journal", StringComparison.Ordinal);

    private MemoryFileSystem With(string name, byte[] content)
    {
        var files = _sample.Files.AfterKill();
        files[name] = content;
        return files;
    }

    /// <returns>What a start says that refuses the directory; null where it takes it.</returns>
    private string? Check(MemoryFileSystem damaged, string? file, int from, int to, string what)
    {
        var before = damaged.Content;
        StorageException? refusal = null;
        var started = damaged.AfterKill();
        try
        {
            var found = _notes.Read(started);
            DirectoryAssert.Same(found, file == _sample.LastSegment && from >= _sample.LastGroup ? _sample.Replay(line => line.File != file || line.Start + line.Length < from) : _sample.Acknowledged, what);
            Assert.That(started.Names.Any(name => name.EndsWith(".quarantine", StringComparison.Ordinal)), what);
        }
        catch (StorageException exception)
        {
            refusal = exception;
            Assert.That(exception.Message, Does.Contain(file), what);
            DirectoryAssert.Unchanged(started, before, what);
        }

        var report = _notes.Verify(damaged);
        Assert.That(report.Findings, refusal is null ? Is.Empty : Is.Not.Empty, what);
        var recovered = damaged.AfterKill();
        _notes.Recover(recovered);
        if (refusal is null)
        {
            DirectoryAssert.Unchanged(recovered, before, what);
            return null;
        }

        Assert.That(_notes.Verify(recovered).Findings, Is.Empty, what);
        DirectoryAssert.Kept("before-recovery-", recovered, before, what);
        if (_sample.FindLine(file!, from) is { } line && from < line.End)
        {
            AssertQuarantined(recovered, before.GetValueOrDefault(file!, []), from, what);
        }

        DirectoryAssert.Same(_notes.Read(recovered.AfterKill()), _sample.Expect(file!, from, to), what);
        return refusal.Message;
    }

    /// <summary>The line that is not what it was is in the quarantine file, so far as there is one.</summary>
    private static void AssertQuarantined(MemoryFileSystem recovered, byte[] damaged, int position, string what)
    {
        var start = damaged.AsSpan(0, Math.Min(position, damaged.Length)).LastIndexOf((byte)'\n') + 1;
        var end = damaged.AsSpan(start).IndexOf((byte)'\n') is >= 0 and var length ? start + length : damaged.Length;
        var line = JournalSegment.TrimFilling(damaged.AsSpan(start, end - start));
        if (line.Length > 0 && recovered[recovered.Names.Single(name => name.EndsWith(".quarantine", StringComparison.Ordinal))].AsSpan().IndexOf(line) < 0)
        {
            Assert.Fail($"{what}: the damaged line is not in the quarantine file");
        }
    }
}
