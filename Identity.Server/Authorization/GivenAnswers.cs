namespace Identity.Server.Authorization;

/// <summary>
/// Where people were just sent who answered a question, so that whoever clicked twice gets there, too: browsers show what the last click
/// led to, and by then the question is gone. In memory, bounded, and for <see cref="Lifetime"/> only, since a code is part of it.
/// </summary>
internal sealed class GivenAnswers(TimeProvider time)
{
    internal const int MaximumEntries = 10_000;

    /// <summary>How long a second click may take; a code lives longer.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Address, DateTimeOffset ExpirationDate)> _addresses = new(StringComparer.Ordinal);
    private readonly Queue<(string Question, DateTimeOffset ExpirationDate)> _byAge = new();

    /// <summary>Finds where the person was sent.</summary>
    /// <param name="question">The question, and in which session it was answered.</param>
    /// <returns>The address; null where it was not answered, or not just now.</returns>
    public string? Find(string question)
    {
        lock (_gate)
        {
            return _addresses.TryGetValue(question, out var answer) && answer.ExpirationDate > time.GetUtcNow() ? answer.Address : null;
        }
    }

    /// <summary>Notes where the person is sent.</summary>
    /// <param name="question">The question, and in which session it was answered.</param>
    /// <param name="address">The address.</param>
    public void Add(string question, string address)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            while (_byAge.TryPeek(out var oldest) && (oldest.ExpirationDate <= now || _byAge.Count >= MaximumEntries))
            {
                _byAge.Dequeue();
                _addresses.Remove(oldest.Question);
            }

            if (_addresses.TryAdd(question, (address, now + Lifetime)))
            {
                _byAge.Enqueue((question, now + Lifetime));
            }
        }
    }
}
