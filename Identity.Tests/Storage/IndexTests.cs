using CsCheck;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>However an index keeps them: few or many under a key, one or two where there should be one.</summary>
[TestFixture]
internal sealed class IndexTests
{
    // Enough under one key for a set, and back.
    private const int Entities = 200;

    [Test]
    public void An_index_finds_what_has_a_key_and_nothing_else() => Gen
        .Select(Gen.Int[0, Entities - 1], Gen.Int[0, 3]).Array[1_000]
        .Sample(changes => Check(Note.ByOwner, changes.Select(change => (change.Item1, change.Item2 is 0 ? null : $"key {change.Item2}"))), iter: 50);

    [Test]
    public void A_unique_index_finds_all_of_a_key_while_a_change_is_half_applied() => Gen
        .Select(Gen.Int[0, 5], Gen.Int[0, 3]).Array[100]
        .Sample(changes => Check(Note.ByTitle, changes.Select(change => (change.Item1, change.Item2 is 0 ? null : $"key {change.Item2}"))), iter: 200);

    private static void Check(CollectionIndex<Note> index, IEnumerable<(int Entity, string? Key)> changes)
    {
        var state = IndexState<Note>.Create(index);
        var entities = new Dictionary<string, Note>();
        foreach (var (number, key) in changes)
        {
            var id = $"note {number}";
            var previous = entities.GetValueOrDefault(id);

            // A key of null stands for the removal of an entity every other time.
            var next = key is null && number % 2 is 0 ? null : new Note { Id = id, Owner = key, Title = key };
            state.Replace(id, previous, next);
            if (next is null)
            {
                entities.Remove(id);
            }
            else
            {
                entities[id] = next;
            }

            if (entities.Count % 7 is 0)
            {
                state.Resize(entities.Count);
            }
        }

        foreach (var key in new[] { "key 1", "key 2", "key 3", "none" })
        {
            Assert.That(state.Ids(key), Is.EquivalentTo(entities.Values.Where(note => note.Owner == key).Select(note => note.Id)), key);
        }
    }
}
