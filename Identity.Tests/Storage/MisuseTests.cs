using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Identity.Tests.Storage;

/// <summary>What a host may do wrong, which costs it an exception and never what is kept.</summary>
[TestFixture]
internal sealed class MisuseTests
{
    private static readonly string Root = Path.Combine(Path.GetTempPath(), "notes");

    [TestCase("manifest")]
    [TestCase("replacement")]
    public void A_collection_cannot_have_the_name_of_the_engines_own_file(string name)
        => Assert.That(() => new CollectionDefinition<Note>(name), Throws.ArgumentException);

    [TestCase("one.tmp")]
    [TestCase("one.replacement")]
    public async Task A_file_cannot_be_named_as_what_a_crash_leaves_behind(string name)
    {
        await using var directory = new NoteDirectory();
        Assert.That(() => directory.Storage.WriteFile("keys", name, "{}"u8), Throws.ArgumentException);
    }

    [Test]
    public async Task A_file_is_not_written_into_a_directory_that_was_let_go_of()
    {
        await using var directory = new NoteDirectory();
        var storage = directory.Storage;
        await directory.CloseAsync();
        var before = await File.ReadAllBytesAsync(directory.File("manifest.json"));
        Assert.That(() => storage.WriteFile("keys", "late.json", "{}"u8), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(await File.ReadAllBytesAsync(directory.File("manifest.json")), Is.EqualTo(before));
    }

    [Test]
    public async Task Work_that_goes_on_after_its_unit_of_work_is_kept_by_itself()
    {
        await using var directory = new NoteDirectory();
        var goOn = new TaskCompletionSource();
        Task late;
        using (directory.Storage.BeginUnitOfWork())
        {
            late = AddLaterAsync(directory, goOn.Task);
        }

        goOn.SetResult();
        await late;
        await using var after = directory.AsAfterKill();
        Assert.That(after.Notes.Find("late"), Is.Not.Null);
        await after.Notes.UpdateAsync(after.Notes.Find("late")!);
    }

    [TestCase("one key", true)]
    [TestCase("all keys", true)]
    [TestCase("expiry", true)]
    [TestCase("one key", false)]
    [TestCase("all keys", false)]
    [TestCase("expiry", false)]
    [TestCase("owner", false)]
    public async Task What_the_host_cannot_tell_about_an_entity_its_writer_is_told_before_anything_changes(string bad, bool durable)
    {
        var files = new MemoryFileSystem(Root);
        CollectionDefinition<Note>[] definitions = [Untellable(durable), new("others") { Json = NoteJson.Default.Note }];
        var storage = Open(files, definitions);
        var (notes, others) = (storage.GetCollection(definitions[0]), storage.GetCollection(definitions[1]));
        await notes.AddAsync(new Note { Id = "good", Text = "good" });

        Assert.That(async () => await notes.AddAsync(new Note { Id = "bad", Text = bad }), Throws.InstanceOf<NotSupportedException>());
        var changed = notes.Find("good")!;
        changed.Text = bad;
        Assert.That(async () => await notes.UpdateAsync(changed), Throws.InstanceOf<NotSupportedException>());
        Assert.That(async () => await notes.MutateAsync(["good"], note => note.Text = bad), Throws.InstanceOf<NotSupportedException>());
        using (var unit = storage.BeginUnitOfWork())
        {
            await others.AddAsync(new Note { Id = "with it" });
            await notes.MutateAsync(["good"], note => note.Text = note.Title is null ? note.Text : bad);
            await Outside(() => notes.MutateAsync(["good"], note => note.Title = "meanwhile"));
            Assert.That(async () => await unit.CommitAsync(), Throws.InstanceOf<NotSupportedException>(), "carried over to what another has made of it");
        }

        await notes.AddAsync(new Note { Id = "better", Text = "better" });
        await others.AddAsync(new Note { Id = "last" });
        Assert.That(notes.List().Select(note => (note.Id, note.Text, note.Title)), Is.EqualTo(new[] { ("better", "better", null), ("good", "good", "meanwhile") }));
        Assert.That(others.List().Select(note => note.Id), Is.EqualTo(new[] { "last" }));
        await using (var after = Open(files.AfterKill(), definitions))
        {
            Assert.That(after.GetCollection(definitions[0]).Count, Is.EqualTo(durable ? 2 : 0));
            Assert.That(after.GetCollection(definitions[1]).Count, Is.EqualTo(1));
        }

        await storage.DisposeAsync();
    }

    [Test]
    public async Task A_unit_of_work_that_is_written_to_while_it_is_committed_changes_nothing()
    {
        Action? serializing = null;
        var update = Task.CompletedTask;
        var resolver = NoteJson.Default.WithAddedModifier(type =>
        {
            foreach (var property in type.Properties.Where(property => property.Name is "title"))
            {
                var get = property.Get!;
                property.Get = note =>
                {
                    serializing?.Invoke();
                    return get(note);
                };
            }
        });
        var options = new JsonSerializerOptions(NoteJson.Default.Options) { TypeInfoResolver = resolver };
        var definition = new CollectionDefinition<Note>("notes") { Json = (JsonTypeInfo<Note>)options.GetTypeInfo(typeof(Note)) };
        var files = new MemoryFileSystem(Root);
        await using var storage = Open(files, definition);
        var notes = storage.GetCollection(definition);
        using (var unit = storage.BeginUnitOfWork())
        {
            var note = new Note { Id = "one", Text = "first" };
            await notes.AddAsync(note);
            serializing = () =>
            {
                serializing = null;
                note.Text = "second";
                update = notes.UpdateAsync(note).AsTask();
            };
            Assert.That(async () => await unit.CommitAsync(), Throws.InvalidOperationException);
            await update;
            Assert.That(async () => await unit.CommitAsync(), Throws.InvalidOperationException, "what was written meanwhile is gone, and whoever wrote it is told");
        }

        Assert.That(notes.Count, Is.Zero);
        await using var after = Open(files.AfterKill(), definition);
        Assert.That(after.GetCollection(definition).Count, Is.Zero);
    }

    private static CollectionDefinition<Note> Untellable(bool durable)
    {
        return new CollectionDefinition<Note>("notes")
        {
            Json = durable ? NoteJson.Default.Note : null,
            Indexes = [Note.ByOwner, new("one key", note => Tell(note, "one key")), new("all keys", KeysOf)],
            ExpiresAt = note => Tell(note, "expiry") is null ? null : DateTimeOffset.MaxValue,
            Bound = durable ? null : new(note => Tell(note, "owner")),
        };

        static string? Tell(Note note, string what) => note.Text == what ? throw new NotSupportedException(what) : note.Text;

        static IEnumerable<string> KeysOf(Note note)
        {
            yield return "all";
            yield return Tell(note, "all keys") ?? string.Empty;
        }
    }

    private static StorageDirectory Open(MemoryFileSystem files, params CollectionDefinition[] definitions) => StorageDirectory.Open(
        files, new FileSystemStorageOptions { Directory = Root }, definitions, new FakeTimeProvider(), NullLogger.Instance);

    private static async Task Outside(Func<ValueTask<int>> work)
    {
        Task<int> task;
        using (ExecutionContext.SuppressFlow())
        {
            task = Task.Run(() => work().AsTask());
        }

        await task;
    }

    private static async Task AddLaterAsync(NoteDirectory directory, Task goOn)
    {
        await goOn;
        await directory.Notes.AddAsync(new Note { Id = "late" });
    }
}
