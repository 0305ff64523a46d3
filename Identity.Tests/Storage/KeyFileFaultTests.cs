using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>Each call of the writing of a key file made to fail in turn: a key that was refused is never used, one that was kept stays.</summary>
[TestFixture]
internal sealed class KeyFileFaultTests
{
    [Test]
    public async Task A_fault_at_any_call_of_the_writing_of_a_key_is_told_and_the_key_is_not_used([Values] bool first)
    {
        var chance = new Chance(Chance.ChooseSeed());
        var calls = await Injection.ForEachAsync(async injection =>
        {
            await using var scene = await FaultScene.StartAsync();
            var storage = scene.Directory.Storage;
            if (!first)
            {
                storage.WriteFile("keys", "older.json", "older"u8);
            }

            var before = NoteState.Of(scene.Directory);
            injection.Begin(scene.Files);
            var isKept = true;
            try
            {
                storage.WriteFile("keys", "signing.json", "first try"u8);
            }
            catch (StorageException)
            {
                isKept = false;
            }

            var withKey = before + "keys/signing.json first try\n";
            Injection.End(scene.Files);
            Assert.That(injection.Call is null ? !isKept : isKept, Is.False, $"{injection}");
            Assert.That(NoteState.Of(scene.Directory), Is.EqualTo(isKept ? withKey : before), $"{injection}: what is listed is durable");
            foreach (var crashed in scene.Crashes(chance))
            {
                Assert.That(await FaultScene.StartOnAsync(crashed), isKept ? Is.EqualTo(withKey) : Is.EqualTo(before).Or.EqualTo(withKey), $"{injection}: a crash");
            }

            if (!isKept)
            {
                storage.WriteFile("keys", "signing.json", "second try"u8);
            }

            await scene.Directory.Notes.AddAsync(new Note { Id = "signed with it" });
            var later = NoteState.Of(scene.Directory);
            Assert.That(later, Does.Contain(isKept ? "first try" : "second try"));
            foreach (var crashed in scene.Crashes(chance))
            {
                Assert.That(await FaultScene.StartOnAsync(crashed), Is.EqualTo(later), $"{injection}: a crash after the next try");
            }
        });
        Assert.That(calls, Is.GreaterThan(8), "each call was tried");
    }
}
