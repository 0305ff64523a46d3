using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;

namespace Identity.Server.Tokens.Connections;

/// <summary>Connections in <c>connections.json</c>: who uses them and what their users decided about them.</summary>
internal sealed class ConnectionRecords(Collection<ConnectionRecord> records, IOptions<TokenOptions> options, TimeProvider time)
{
    /// <summary>
    /// How exactly it is known when a connection was last used. A refresh within that time from the same address as the one
    /// before writes nothing more than its tokens.
    /// </summary>
    public static readonly TimeSpan Precision = TimeSpan.FromMinutes(1);

    private const int MaximumEvents = 10;

    private static readonly CollectionIndex<ConnectionRecord> BySubject = new("subject", record => record.Subject);
    private static readonly CollectionIndex<ConnectionRecord> ByClient = new("client", record => record.ClientId);

    /// <summary>The collection, for the storage directory to open.</summary>
    /// <remarks>It names no references: a record outlives the authorization and the client on purpose.</remarks>
    public static CollectionDefinition<ConnectionRecord> Definition { get; } = new("connections")
    {
        Json = ConnectionJson.Default.ConnectionRecord,
        Indexes = [BySubject, ByClient],
        ExpiresAt = record => record.ForgottenAt,
    };

    /// <summary>Finds a connection.</summary>
    /// <param name="id">The identifier of its authorization.</param>
    /// <returns>The record; null where none was kept, or it is forgotten.</returns>
    public ConnectionRecord? Find(string id) => records.Find(id);

    /// <summary>Lists the connections of a user that were used, those that ended lately among them.</summary>
    /// <param name="subject">The user.</param>
    /// <returns>The records.</returns>
    public IReadOnlyList<ConnectionRecord> List(string subject)
        => [.. records.Find(BySubject, subject).Where(record => record.FirstUsedAt is not null && record.ForgottenAt > time.GetUtcNow())];

    /// <summary>Says whether, when and why a connection ended.</summary>
    /// <param name="record">The connection.</param>
    /// <returns>Null while it can go on.</returns>
    public (ConnectionEnding Ending, DateTimeOffset At)? FindEnd(ConnectionRecord record)
    {
        var now = time.GetUtcNow();
        if (record is { EndedAt: { } endedAt, Ending: { } ending })
        {
            return (ending, endedAt);
        }

        // Past the precision, since the last use may be that much later than it is known to be.
        return ConnectionEnd.Of(record, options.Value) is { } end && end <= now && end <= record.UsableUntil
            ? (ConnectionEnding.ReachedEnd, end)
            : record.UsableUntil + Precision <= now ? (ConnectionEnding.Unused, record.UsableUntil) : null;
    }

    /// <summary>Whether a user has stopped a connection of a client for a while.</summary>
    /// <param name="subject">The user.</param>
    /// <param name="clientId">The client.</param>
    /// <returns>True where one is stopped, and has not ended.</returns>
    public bool HasPaused(string subject, string clientId)
        => records.Find(BySubject, subject).Any(record => record.IsPaused && record.ClientId == clientId && FindEnd(record) is null);

    /// <summary>Keeps what is known of a connection as it begins.</summary>
    /// <param name="record">What is known.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    public ValueTask AddAsync(ConnectionRecord record, CancellationToken cancellationToken) => records.AddAsync(record, cancellationToken);

    /// <summary>Notes that a client fetched tokens, unless that is known closely enough.</summary>
    /// <param name="record">The connection.</param>
    /// <param name="from">From which address.</param>
    /// <param name="usableUntil">Until when it can go on with them.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    public async ValueTask NoteUseAsync(ConnectionRecord record, string? from, DateTimeOffset usableUntil, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (record.LastUsedAt is { } last && now - last < Precision && now >= last && record.LastUsedFrom == from)
        {
            return;
        }

        // Whatever its user does to it at this moment stays done: only what is said here is changed.
        await records.MutateAsync([record.Id], used =>
        {
            (used.FirstUsedAt, used.FirstUsedFrom) = used.FirstUsedAt is null ? (now, from) : (used.FirstUsedAt, used.FirstUsedFrom);
            (used.LastUsedAt, used.LastUsedFrom, used.UsableUntil) = (now, from, usableUntil);
        }, cancellationToken);
    }

    /// <summary>Notes that a connection ended, unless it had.</summary>
    /// <param name="id">The identifier of its authorization.</param>
    /// <param name="ending">Why.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    public async ValueTask EndAsync(string id, ConnectionEnding ending, CancellationToken cancellationToken)
    {
        if (records.Find(id) is { } record && FindEnd(record) is null)
        {
            await records.MutateAsync([id], ended => End(ended, ending), cancellationToken);
        }
    }

    /// <summary>Notes that all connections of a client ended with it.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    public async ValueTask EndClientAsync(string clientId, CancellationToken cancellationToken) => await records.MutateAsync(
        records.Find(ByClient, clientId).Where(record => FindEnd(record) is null).Select(record => record.Id),
        record => End(record, ConnectionEnding.ClientRemoved),
        cancellationToken);

    /// <summary>Stops a connection for a while, or lets it go on.</summary>
    /// <param name="id">The identifier of its authorization.</param>
    /// <param name="pause">Whether it is stopped.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    public async ValueTask PauseAsync(string id, bool pause, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await records.MutateAsync([id], record =>
        {
            if (record.IsPaused != pause && record.EndedAt is null)
            {
                record.IsPaused = pause;
                record.Events = [.. (record.Events ?? []).Append(new ConnectionEvent(now, pause)).TakeLast(MaximumEvents)];
            }
        }, cancellationToken);
    }

    /// <summary>Forgets all about the connections of a user.</summary>
    /// <param name="subject">The user.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    public async ValueTask ForgetAsync(string subject, CancellationToken cancellationToken)
        => await records.RemoveAsync(records.Find(BySubject, subject).Select(record => record.Id), cancellationToken);

    private void End(ConnectionRecord record, ConnectionEnding ending)
    {
        if (record.EndedAt is null)
        {
            (record.EndedAt, record.Ending) = (time.GetUtcNow(), ending);
        }
    }
}
