using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Tokens.Connections;

/// <summary>The connections of a user, for what happens to an account as a whole.</summary>
internal sealed class UserConnections(
    IOpenIddictAuthorizationManager authorizations, IOpenIddictTokenManager tokens, ConnectionRevoker revoker, ConnectionRecords records)
{
    /// <summary>Lists what is known of a user's connections, those that ended lately among them.</summary>
    /// <param name="subject">The user.</param>
    /// <returns>The records.</returns>
    public IReadOnlyList<ConnectionRecord> List(string subject) => records.List(subject);

    /// <summary>Ends all connections of a user: refresh, introspection and userinfo at once.</summary>
    /// <param name="subject">The user.</param>
    /// <param name="ending">Why.</param>
    /// <param name="cancellationToken">Ends the waiting for the stores.</param>
    /// <returns>How many there were.</returns>
    public async ValueTask<int> EndAllAsync(string subject, ConnectionEnding ending, CancellationToken cancellationToken)
    {
        List<string> ids = [];
        await foreach (var authorization in authorizations.FindBySubjectAsync(subject, cancellationToken))
        {
            if (await authorizations.HasStatusAsync(authorization, Statuses.Valid, cancellationToken))
            {
                ids.Add((await authorizations.GetIdAsync(authorization, cancellationToken))!);
            }
        }

        foreach (var id in ids)
        {
            await revoker.RevokeAsync(id, ending, cancellationToken);
        }

        // A device that was allowed something and has not fetched it yet has no connection until then.
        await tokens.RevokeBySubjectAsync(subject, cancellationToken);
        return ids.Count;
    }

    /// <summary>Forgets all about the connections of a user who leaves; end them first.</summary>
    /// <param name="subject">The user.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    public ValueTask ForgetAsync(string subject, CancellationToken cancellationToken) => records.ForgetAsync(subject, cancellationToken);
}
