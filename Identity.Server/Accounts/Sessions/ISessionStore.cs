using Identity.Stores.FileSystem.Models;

namespace Identity.Server.Accounts.Sessions;

/// <summary>The sessions of all accounts. One that is not here, or has expired, is over, whatever its cookie says.</summary>
internal interface ISessionStore
{
    /// <summary>Finds a session that is not over.</summary>
    SessionEntry? Find(string id);

    /// <summary>Lists the sessions of an account that are not over, those used last first.</summary>
    IReadOnlyList<SessionEntry> List(User user);

    /// <summary>Begins a session.</summary>
    /// <param name="subject">The account.</param>
    /// <param name="stamp">Its security stamp.</param>
    /// <param name="context">The request, which tells about the browser.</param>
    /// <returns>The identifier of the session.</returns>
    ValueTask<string> BeginAsync(string subject, string? stamp, HttpContext context);

    /// <summary>Goes on with a session, if it is not over, under the new stamp of its account, whose own change it was.</summary>
    ValueTask GoOnAsync(string id, string? stamp, CancellationToken cancellationToken);

    /// <summary>Notes that a session is used, unless that was noted a short while ago.</summary>
    /// <returns>Whether it was noted now.</returns>
    ValueTask<bool> SeeAsync(SessionEntry session, HttpContext context);

    /// <summary>Ends a session.</summary>
    ValueTask EndAsync(string id, CancellationToken cancellationToken);

    /// <summary>Ends all sessions of an account.</summary>
    /// <param name="subject">The account.</param>
    /// <param name="except">A session that goes on; null: none does.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>How many ended.</returns>
    ValueTask<int> EndAllAsync(string subject, string? except, CancellationToken cancellationToken);

    /// <summary>Removes what has expired.</summary>
    /// <param name="cancellationToken">Ends the run; what was removed until then stays removed.</param>
    ValueTask PruneAsync(CancellationToken cancellationToken);
}
