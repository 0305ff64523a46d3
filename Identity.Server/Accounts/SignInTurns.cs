namespace Identity.Server.Accounts;

/// <summary>Lets sign-in attempts at one name through one after another; attempts at other names seldom wait.</summary>
internal sealed class SignInTurns : IDisposable
{
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the turn of this name; disposing the result ends it.</summary>
    public async Task<IDisposable> WaitAsync(string name, CancellationToken cancellationToken)
    {
        var turn = _turns[(uint)name.GetHashCode(StringComparison.Ordinal) % (uint)_turns.Length];
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    public void Dispose() => Array.ForEach(_turns, turn => turn.Dispose());

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
