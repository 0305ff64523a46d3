using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>What a host may do wrong, which costs it an exception and never what is kept.</summary>
[TestFixture]
internal sealed class MisuseTests
{
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

    private static async Task AddLaterAsync(NoteDirectory directory, Task goOn)
    {
        await goOn;
        await directory.Notes.AddAsync(new Note { Id = "late" });
    }
}
