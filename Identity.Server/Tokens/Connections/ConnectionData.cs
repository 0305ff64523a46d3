using Identity.Server.Accounts.Profile;
using Identity.Stores.FileSystem.Models;
using OpenIddict.Abstractions;

namespace Identity.Server.Tokens.Connections;

/// <summary>The connections that a person has made, with every token of theirs, in memory and on disk.</summary>
internal sealed class ConnectionData(
    IOpenIddictAuthorizationManager authorizations, IOpenIddictApplicationManager applications, IOpenIddictTokenManager tokens) : IPersonalData
{
    /// <inheritdoc/>
    public string Name => "connections";

    /// <inheritdoc/>
    public async ValueTask<object> ReadAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        List<object> connections = [];
        await foreach (var authorization in authorizations.FindBySubjectAsync(user.Id, cancellationToken))
        {
            var application = await authorizations.GetApplicationIdAsync(authorization, cancellationToken) is { Length: > 0 } id
                ? await applications.FindByIdAsync(id, cancellationToken) : null;
            connections.Add(new
            {
                Client = application is null ? null : await applications.GetDisplayNameAsync(application, cancellationToken),
                ClientId = application is null ? null : await applications.GetClientIdAsync(application, cancellationToken),
                Scopes = await authorizations.GetScopesAsync(authorization, cancellationToken),
                Status = await authorizations.GetStatusAsync(authorization, cancellationToken),
                Began = await authorizations.GetCreationDateAsync(authorization, cancellationToken),
            });
        }

        return connections;
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        List<object> connections = [];
        await foreach (var authorization in authorizations.FindBySubjectAsync(user.Id, cancellationToken))
        {
            connections.Add(authorization);
        }

        foreach (var authorization in connections)
        {
            // The store removes the tokens of an authorization with it.
            await authorizations.DeleteAsync(authorization, cancellationToken);
        }

        List<object> others = [];
        await foreach (var token in tokens.FindBySubjectAsync(user.Id, cancellationToken))
        {
            others.Add(token);
        }

        foreach (var token in others)
        {
            await tokens.DeleteAsync(token, cancellationToken);
        }
    }
}
