using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Storage;

/// <summary>A clock that is ahead hides what has expired by it, and erases nothing before it has gone on for a tolerance.</summary>
[TestFixture]
internal sealed class ClockTests
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(24);
    private static readonly TimeSpan Decade = TimeSpan.FromDays(3_650);

    [Test]
    public async Task One_that_jumps_ahead_while_the_directory_is_open_erases_nothing_and_set_right_it_is_trusted()
    {
        await using var directory = await WithNoteAsync();
        directory.Time.Jump(Decade);
        await AssertKeptAsync(directory, "after a jump");

        directory.Time.Jump(-Decade);
        Assert.That(directory.Storage.IsClockTrusted);
        await directory.Storage.SnapshotAsync();
        Assert.That(directory.Notes.Find("kept"), Is.Not.Null, "it has not expired");
        directory.Time.Advance(TimeSpan.FromHours(2));
        await AssertDroppedAsync(directory);
    }

    [Test]
    public async Task One_that_is_set_back_and_then_ahead_erases_nothing()
    {
        await using var directory = await WithNoteAsync();
        directory.Time.Jump(-Decade);
        Assert.That(directory.Storage.IsClockTrusted, "behind, it makes nothing expire");
        directory.Time.Jump(Decade + TimeSpan.FromHours(2));
        await AssertKeptAsync(directory, "after a jump ahead of where it had been set");
    }

    [Test]
    public async Task A_record_from_the_future_does_not_keep_it_from_being_trusted()
    {
        await using var directory = await WithNoteAsync();
        directory.Time.Jump(Decade);
        await directory.Others.AddAsync(new Note());
        await directory.CloseAsync();
        directory.Time.Jump(-Decade);
        directory.Time.Advance(TimeSpan.FromHours(2));
        Assert.That(directory.Notes.Find("kept"), Is.Not.Null, "a start under a clock that is far from the newest record drops nothing");
        await AssertDroppedAsync(directory);
    }

    [Test]
    public async Task One_that_jumps_in_small_steps_erases_nothing_either()
    {
        await using var directory = await WithNoteAsync();
        for (var step = 0; step < 4; step++)
        {
            directory.Time.Jump(Tolerance * 0.4);
            _ = directory.Storage.IsClockTrusted;
        }

        await AssertKeptAsync(directory, "after a jump of more than the tolerance, in steps");
    }

    [Test]
    public async Task One_that_goes_on_is_trusted_however_long_nothing_was_recorded()
    {
        await using var directory = await WithNoteAsync();
        directory.Time.Advance(Decade);
        await AssertDroppedAsync(directory);
    }

    [Test]
    public async Task One_that_has_jumped_is_trusted_when_it_has_gone_on_for_a_tolerance()
    {
        await using var directory = await WithNoteAsync();
        directory.Time.Jump(Decade);
        Assert.That(directory.Storage.IsClockTrusted, Is.False);
        directory.Time.Advance(Tolerance);
        await AssertKeptAsync(directory, "before the tolerance is over");
        directory.Time.Advance(TimeSpan.FromSeconds(1));
        await AssertDroppedAsync(directory);
    }

    [Test]
    public async Task After_a_start_long_after_the_last_record_it_is_trusted_when_it_has_gone_on_for_a_tolerance()
    {
        await using var directory = await WithNoteAsync();
        await directory.CloseAsync();
        directory.Time.Jump(Decade);
        await AssertKeptAsync(directory, "after the start");
        directory.Time.Advance(Tolerance + TimeSpan.FromSeconds(1));
        await AssertDroppedAsync(directory);
    }

    private static async Task<NoteDirectory> WithNoteAsync()
    {
        var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "kept", Expires = directory.Time.GetUtcNow().AddHours(1) });
        return directory;
    }

    private static async Task AssertKeptAsync(NoteDirectory directory, string when)
    {
        Assert.That(directory.Storage.IsClockTrusted, Is.False, when);
        await directory.Others.AddAsync(new Note());
        await directory.Storage.SnapshotAsync();
        Assert.That(directory.Notes.Find("kept"), Is.Not.Null, when);
    }

    private static async Task AssertDroppedAsync(NoteDirectory directory)
    {
        Assert.That(directory.Storage.IsClockTrusted);
        await directory.Others.AddAsync(new Note());
        await directory.Storage.SnapshotAsync();
        Assert.That(directory.Notes.Find("kept"), Is.Null);
    }
}
