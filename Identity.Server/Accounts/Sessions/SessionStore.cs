using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts.Sessions;

/// <summary>Sessions in <c>sessions.json</c>.</summary>
internal sealed class SessionStore(Collection<SessionEntry> sessions, IOptions<SessionsOptions> options, TimeProvider time) : ISessionStore
{
    /// <summary>In how many browsers somebody can be signed in at once.</summary>
    internal const int MaximumPerAccount = 100;

    // Requests come in between.
    private const int PrunedAtOnce = 512;

    private static readonly CollectionIndex<SessionEntry> BySubject = new("subject", session => session.Subject);

    /// <summary>The collection, for the storage directory to open.</summary>
    public static CollectionDefinition<SessionEntry> Definition { get; } = new("sessions")
    {
        Json = SessionJson.Default.SessionEntry,
        Indexes = [BySubject],
        ExpiresAt = session => session.ExpirationDate,
        References = [new("user", "users", session => session.Subject)],
    };

    /// <inheritdoc/>
    public SessionEntry? Find(string id) => sessions.Find(id) is { } session && session.ExpirationDate > time.GetUtcNow() ? session : null;

    /// <inheritdoc/>
    public IReadOnlyList<SessionEntry> List(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var now = time.GetUtcNow();
        return
        [
            .. sessions.Find(BySubject, user.Id)
                .Where(session => session.ExpirationDate > now && session.Stamp == user.SecurityStamp)
                .OrderByDescending(session => session.LastSeenDate),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask<string> BeginAsync(string subject, string? stamp, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var now = time.GetUtcNow();
        var (browser, platform) = UserAgent.Describe(context.Request.Headers.UserAgent);
        var session = new SessionEntry
        {
            Subject = subject,
            Stamp = stamp,
            BeginDate = now,
            LastSeenDate = now,
            ExpirationDate = now + options.Value.IdleLifetime,
            Address = RemoteAddress.Of(context),
            Browser = browser,
            Platform = platform,
        };
        await MakeRoomAsync(subject, context.RequestAborted);
        await sessions.AddAsync(session, context.RequestAborted);
        return session.Id;
    }

    /// <inheritdoc/>
    public async ValueTask GoOnAsync(string id, string? stamp, CancellationToken cancellationToken)
        => await sessions.MutateAsync([id], session => session.Stamp = stamp, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> SeeAsync(SessionEntry session, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(context);
        var now = time.GetUtcNow();
        if (now - session.LastSeenDate < options.Value.SeenInterval)
        {
            return false;
        }

        var address = RemoteAddress.Of(context);
        var (idle, end) = (now + options.Value.IdleLifetime, session.BeginDate + options.Value.Lifetime);

        // Requests of one browser come at the same time: each may note what it saw, and none is refused for the other.
        await sessions.MutateAsync(
            [session.Id],
            seen => (seen.LastSeenDate, seen.ExpirationDate, seen.Address) = (now, idle < end ? idle : end, address),
            context.RequestAborted);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask EndAsync(string id, CancellationToken cancellationToken) => await sessions.RemoveAsync([id], cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> EndAllAsync(string subject, string? except, CancellationToken cancellationToken)
        => sessions.RemoveAsync(sessions.Find(BySubject, subject).Select(session => session.Id).Where(id => id != except), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask PruneAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var ids in sessions.List(session => session.ExpirationDate <= now).Select(session => session.Id).Chunk(PrunedAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await sessions.RemoveAsync(ids, cancellationToken);
        }
    }

    // A program that signs in again and again, and never out, must not fill the disk: those that were used last stay.
    private async ValueTask MakeRoomAsync(string subject, CancellationToken cancellationToken)
    {
        var known = sessions.Find(BySubject, subject);
        if (known.Count >= MaximumPerAccount)
        {
            await sessions.RemoveAsync(
                known.OrderByDescending(session => session.LastSeenDate).Skip(MaximumPerAccount - 1).Select(session => session.Id), cancellationToken);
        }
    }
}
