namespace Identity.Server.Tokens.Connections;

/// <summary>
/// One lock for each connection, so that what reads its tokens and changes them by what it read is done one after another.
/// Locks exist only while somebody holds or awaits them.
/// </summary>
internal sealed class ConnectionLocks
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>How many connections are locked at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_entries)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Waits for the lock of a connection. It is not reentrant.</summary>
    /// <param name="authorizationId">The connection: the identifier of its authorization.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The lock, which disposing releases.</returns>
    public async ValueTask<IDisposable> AcquireAsync(string authorizationId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(authorizationId);
        Entry? entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(authorizationId, out entry))
            {
                _entries.Add(authorizationId, entry = new Entry());
            }

            entry.Users++;
        }

        try
        {
            await entry.Semaphore.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(authorizationId, entry);
            throw;
        }

        return new Holder(this, authorizationId, entry);
    }

    private void Leave(string authorizationId, Entry entry)
    {
        lock (_entries)
        {
            if (--entry.Users is 0)
            {
                _entries.Remove(authorizationId);
            }
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Holder(ConnectionLocks locks, string authorizationId, Entry entry) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) is 0)
            {
                entry.Semaphore.Release();
                locks.Leave(authorizationId, entry);
            }
        }
    }
}
