using Identity.Server.Accounts.Profile;
using Identity.Stores.FileSystem.Models;
using OpenIddict.Abstractions;

namespace Identity.Server.Tokens.Connections;

/// <summary>The connections that a person has made, with every token of theirs, in memory and on disk.</summary>
internal sealed class ConnectionData(
    UserConnections connections, IOpenIddictAuthorizationManager authorizations, IOpenIddictTokenManager tokens) : IPersonalData
{
    /// <inheritdoc/>
    public string Name => "connections";

    /// <inheritdoc/>
    public ValueTask<object> ReadAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return ValueTask.FromResult<object>(connections.List(user.Id).Select(record => new
        {
            Client = record.ClientName,
            record.ClientId,
            record.Resources,
            record.Scopes,
            record.BeganAt,
            record.FirstUsedAt,
            record.FirstUsedFrom,
            record.LastUsedAt,
            record.LastUsedFrom,
            record.UsableUntil,
            record.ChosenEnd,
            record.IsPaused,
            record.Events,
            record.EndedAt,
            record.Ending,
        }));
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);

        // The store removes the tokens of an authorization with it; the others are those of requests under way.
        foreach (var authorization in await ListAsync(authorizations.FindBySubjectAsync(user.Id, cancellationToken)))
        {
            await authorizations.DeleteAsync(authorization, cancellationToken);
        }

        foreach (var token in await ListAsync(tokens.FindBySubjectAsync(user.Id, cancellationToken)))
        {
            await tokens.DeleteAsync(token, cancellationToken);
        }

        await connections.ForgetAsync(user.Id, cancellationToken);
    }

    private static async Task<List<object>> ListAsync(IAsyncEnumerable<object> found)
    {
        List<object> list = [];
        await foreach (var item in found)
        {
            list.Add(item);
        }

        return list;
    }
}
