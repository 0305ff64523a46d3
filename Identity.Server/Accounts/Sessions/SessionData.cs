using Identity.Server.Accounts.Profile;
using Identity.Stores.FileSystem.Models;

namespace Identity.Server.Accounts.Sessions;

/// <summary>Where a person is signed in.</summary>
internal sealed class SessionData(ISessionStore sessions) : IPersonalData
{
    /// <inheritdoc/>
    public string Name => "sessions";

    /// <inheritdoc/>
    public ValueTask<object> ReadAsync(User user, CancellationToken cancellationToken)
        => ValueTask.FromResult<object>(sessions.List(user).Select(session => new
        {
            Began = session.BeginDate,
            LastSeen = session.LastSeenDate,
            Ends = session.ExpirationDate,
            session.Address,
            session.Browser,
            session.Platform,
        }));

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        await sessions.EndAllAsync(user.Id, except: null, cancellationToken);
    }
}
