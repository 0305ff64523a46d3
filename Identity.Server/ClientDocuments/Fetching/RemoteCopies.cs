using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;

namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>
/// Copies of documents on other hosts: in bounded memory, fetched again when they are no longer fresh, by one fetch at a time for each
/// address. A fetch that fails leaves the last good copy as it was.
/// </summary>
/// <typeparam name="T">What the documents say.</typeparam>
internal sealed partial class RemoteCopies<T>(GuardedFetcher fetcher, Func<string, ReadOnlyMemory<byte>, T> read, TimeProvider time, ILogger logger) : IDisposable
    where T : class
{
    /// <summary>How many bytes all copies together may take.</summary>
    public const int MaximumSize = 16 * 1024 * 1024;

    // What an entry takes beside its document.
    private const int Overhead = 1024;

    /// <summary>How long after a fetch that failed, while there is a copy, the next one is tried.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // The clock that tests move decides what is fresh; the cache only bounds.
    private readonly MemoryCache _copies = new(new MemoryCacheOptions { SizeLimit = MaximumSize });
    private readonly ConcurrentDictionary<string, Lazy<Task<RemoteCopy<T>>>> _underway = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Gets a document.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="request">What is asked of the copy, and on whose behalf.</param>
    /// <param name="cancellationToken">Ends the waiting; a fetch that others wait for too goes on.</param>
    /// <returns>What is known of it now.</returns>
    public async Task<RemoteCopy<T>> GetAsync(string address, CopyRequest<T> request, CancellationToken cancellationToken)
    {
        var copy = Find(address) ?? request.Kept ?? RemoteCopy<T>.None;
        var isUsable = copy.Value is not null || copy.IsGone;
        if (isUsable && (request.TakesStale || (time.GetUtcNow() < copy.FreshUntil && !request.IsWanting(copy))))
        {
            return copy;
        }

        return await FetchOnceAsync(address, copy, request).WaitAsync(cancellationToken);
    }

    /// <summary>Looks a document up in memory.</summary>
    /// <param name="address">Its address.</param>
    /// <returns>What is known of it, or null.</returns>
    public RemoteCopy<T>? Find(string address) => _copies.Get<RemoteCopy<T>>(address);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _copies.Dispose();
    }

    private Task<RemoteCopy<T>> FetchOnceAsync(string address, RemoteCopy<T> copy, CopyRequest<T> request)
    {
        // Whoever comes while a fetch goes on gets what it brings. It belongs to no request: not to its unit of work, nor its end.
        var mine = new Lazy<Task<RemoteCopy<T>>>(() =>
        {
            using (ExecutionContext.SuppressFlow())
            {
                return FetchAsync(address, copy, request);
            }
        });
        return _underway.GetOrAdd(address, mine).Value;
    }

    private async Task<RemoteCopy<T>> FetchAsync(string address, RemoteCopy<T> before, CopyRequest<T> request)
    {
        await Task.Yield();
        try
        {
            var after = await RenewAsync(address, before, request.Asker);
            if (after is { Value: not null } or { IsGone: true })
            {
                _copies.Set(address, after, new MemoryCacheEntryOptions { Size = after.Size + Overhead });
            }

            if (request.SaveAsync is { } saveAsync && (after.FetchedAt != before.FetchedAt || after.IsGone != before.IsGone))
            {
                await saveAsync(after);
            }

            return after;
        }
        finally
        {
            _underway.TryRemove(address, out _);
        }
    }

    private async Task<RemoteCopy<T>> RenewAsync(string address, RemoteCopy<T> before, string? asker)
    {
        var result = await fetcher.FetchAsync(new Uri(address), asker, _stop.Token);
        var now = time.GetUtcNow();
        switch (result)
        {
            case FetchResult.Found found:
                try
                {
                    return new(read(address, found.Body), now, now + found.Lifetime, IsGone: false) { Size = found.Body.Length };
                }
                catch (InvalidDocumentException exception)
                {
                    LogInvalid(logger, address, exception.Message);
                    return before with { TriedAt = now, FreshUntil = now + Patience };
                }

            case FetchResult.Gone:
                LogGone(logger, address);
                return before with { IsGone = true, TriedAt = now, FreshUntil = now + Patience };

            case FetchResult.Failed failed:
                LogFailed(logger, address, failed.Problem);
                return before with { TriedAt = now, FreshUntil = now + Patience };

            default:
                throw new InvalidOperationException($"Unknown result {result}.");
        }
    }

    [LoggerMessage(EventId = 2401, Level = LogLevel.Information, Message = "Fetching {Address} failed: {Problem}.")]
    private static partial void LogFailed(ILogger logger, string address, string problem);

    [LoggerMessage(EventId = 2402, Level = LogLevel.Information, Message = "{Address} cannot be used: {Problem}.")]
    private static partial void LogInvalid(ILogger logger, string address, string problem);

    [LoggerMessage(EventId = 2403, Level = LogLevel.Information, Message = "There is no document at {Address}.")]
    private static partial void LogGone(ILogger logger, string address);
}

/// <summary>What somebody asks of a copy.</summary>
/// <typeparam name="T">What the document says.</typeparam>
/// <param name="Asker">On whose behalf: an address or network.</param>
/// <param name="TakesStale">Whether any copy will do, so that nothing is fetched where there is one.</param>
internal sealed record CopyRequest<T>(string? Asker, bool TakesStale)
    where T : class
{
    /// <summary>The copy that was kept on disk.</summary>
    public RemoteCopy<T>? Kept { get; init; }

    /// <summary>Whether a copy, fresh though it may be, lacks what is needed.</summary>
    public Func<RemoteCopy<T>, bool> IsWanting { get; init; } = static _ => false;

    /// <summary>Keeps what was fetched.</summary>
    public Func<RemoteCopy<T>, Task>? SaveAsync { get; init; }
}

/// <summary>A document breaks a rule.</summary>
internal sealed class InvalidDocumentException(string problem) : Exception(problem);
