namespace Identity.Tests.Tokens;

/// <summary>The refresh policy in a dozen lines: one chain, of which the last two tokens are good and any other ends the connection.</summary>
internal sealed class RefreshChainModel
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly List<(string Value, DateTimeOffset Expiration)> _chain = [];

    public RefreshChainModel(string first, DateTimeOffset now) => _chain.Add((first, now + Lifetime));

    public bool IsEnded { get; private set; }

    public int Length => _chain.Count;

    /// <summary>The token as many steps before the newest, or the first one.</summary>
    public string Pick(int stepsBack) => _chain[Math.Max(_chain.Count - 1 - stepsBack, 0)].Value;

    /// <summary>Whether presenting a token succeeds now, and ends the connection if that is what it does.</summary>
    public bool Present(string token, DateTimeOffset now)
    {
        var index = _chain.FindIndex(link => link.Value == token);
        if (IsEnded || _chain[index].Expiration < now)
        {
            return false;
        }

        IsEnded = index < _chain.Count - 2;
        return !IsEnded;
    }

    /// <summary>The token that must come back, where it is known already.</summary>
    public string? Expect(string token) => token == _chain[^1].Value ? null : _chain[^1].Value;

    /// <summary>Notes the token that came back.</summary>
    public void Receive(string token, DateTimeOffset now)
    {
        if (_chain[^1].Value == token)
        {
            _chain.RemoveAt(_chain.Count - 1);
        }

        _chain.Add((token, now + Lifetime));
    }
}
