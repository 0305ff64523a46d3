using System.Security.Cryptography;
using System.Text;

namespace Identity.Server.Pages;

/// <summary>
/// What forms led to that were just sent, so that whoever clicked twice gets there, too: browsers show what the last click led to, and by
/// then the question is gone. In memory, bounded, and for <see cref="Lifetime"/> only, since a code may be part of it.
/// </summary>
internal sealed class GivenAnswers(TimeProvider time)
{
    internal const int MaximumEntries = 10_000;

    /// <summary>How long a second click may take; a code lives longer.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Answer, DateTimeOffset ExpirationDate)> _answers = new(StringComparer.Ordinal);
    private readonly Queue<(string Question, DateTimeOffset ExpirationDate)> _byAge = new();

    /// <summary>Names a question of which the secrets that were sent with it are part: only who knows them gets the answer.</summary>
    /// <param name="page">The page with the form.</param>
    /// <param name="secrets">What was sent, the token of a link among it, which nobody could guess.</param>
    /// <returns>A name from which they cannot be told.</returns>
    public static string NameOf(string page, params string[] secrets)
        => page + " " + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', secrets))));

    /// <summary>Finds what a form led to.</summary>
    /// <param name="question">The question, and what tells who answered it.</param>
    /// <returns>An address or an account; null where it was not answered, or not just now.</returns>
    public string? Find(string question)
    {
        lock (_gate)
        {
            return _answers.TryGetValue(question, out var answer) && answer.ExpirationDate > time.GetUtcNow() ? answer.Answer : null;
        }
    }

    /// <summary>Notes what a form led to.</summary>
    /// <param name="question">The question, and what tells who answered it.</param>
    /// <param name="answer">The address or the account.</param>
    public void Add(string question, string answer)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            while (_byAge.TryPeek(out var oldest) && (oldest.ExpirationDate <= now || _byAge.Count >= MaximumEntries))
            {
                _byAge.Dequeue();
                _answers.Remove(oldest.Question);
            }

            if (_answers.TryAdd(question, (answer, now + Lifetime)))
            {
                _byAge.Enqueue((question, now + Lifetime));
            }
        }
    }
}
