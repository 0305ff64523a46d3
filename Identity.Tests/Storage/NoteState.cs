using System.Text;

namespace Identity.Tests.Storage;

/// <summary>All that a directory holds, as text that tests compare.</summary>
internal static class NoteState
{
    /// <summary>What is kept on disk. The indexes are asked as well, and must say the same.</summary>
    public static string Of(NoteDirectory directory)
    {
        var notes = directory.Notes.List();
        foreach (var owner in (string[])["alice", "bob", "carol"])
        {
            Assert.That(
                directory.Notes.Find(Note.ByOwner, owner).Select(note => note.Id),
                Is.EqualTo(notes.Where(note => note.Owner == owner).Select(note => note.Id)), $"the index of owners, at {owner}");
        }

        foreach (var title in (string[])["first", "second"])
        {
            Assert.That(
                directory.Notes.FindFirst(Note.ByTitle, title)?.Id,
                Is.EqualTo(notes.FirstOrDefault(note => note.Title == title)?.Id), $"the index of titles, at {title}");
        }

        var state = new StringBuilder();
        Append(state, "notes", notes);
        Append(state, "others", directory.Others.List());
        foreach (var name in directory.Storage.ListFiles("keys"))
        {
            state.Append($"keys/{name} {Encoding.UTF8.GetString(directory.Storage.ReadFile("keys", name))}\n");
        }

        return state.ToString();
    }

    /// <summary>What is in memory: the same, and what is nowhere else.</summary>
    public static string InMemory(NoteDirectory directory)
    {
        var state = new StringBuilder(Of(directory));
        Append(state, "volatile", directory.Volatile.List());
        return state.ToString();
    }

    private static void Append(StringBuilder state, string name, IEnumerable<Note> notes)
    {
        foreach (var note in notes)
        {
            var text = note.Text is { Length: > 50 and var length } ? $"{length} characters" : note.Text;
            state.Append($"{name}/{note.Id} {note.Owner} {note.Title} {text}\n");
        }
    }
}
