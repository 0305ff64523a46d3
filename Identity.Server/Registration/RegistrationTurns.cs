namespace Identity.Server.Registration;

/// <summary>
/// One registration after another: each looks for what is there and adds what is not. A turn lasts until its changes can be seen by the
/// next one, not until they are on disk.
/// </summary>
internal sealed class RegistrationTurns : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    /// <summary>Waits for a turn. It cannot be taken twice.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The turn, which disposing ends.</returns>
    public async ValueTask<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        await _semaphore.WaitAsync(cancellationToken);
        return new Turn(_semaphore);
    }

    /// <inheritdoc/>
    public void Dispose() => _semaphore.Dispose();

    private sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) is 0)
            {
                semaphore.Release();
            }
        }
    }
}
