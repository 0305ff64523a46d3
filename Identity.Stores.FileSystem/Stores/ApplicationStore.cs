using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using OpenIddict.Abstractions;

namespace Identity.Stores.FileSystem.Stores;

/// <summary>Keeps client registrations in <c>clients.json</c>.</summary>
/// <param name="directory">Where they are kept.</param>
internal sealed partial class ApplicationStore(StorageDirectory directory)
    : EntityStore<Application>(directory, directory.GetCollection(Collections.Applications)), IOpenIddictApplicationStore<Application>
{
    private readonly Collection<Authorization> _authorizations = directory.GetCollection(Collections.Authorizations);
    private readonly TokenCollections _tokens = new(directory);

    /// <summary>Removes a client with its authorizations and tokens, those in memory too.</summary>
    /// <inheritdoc/>
    public override ValueTask DeleteAsync(Application entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return Directory.ExecuteAsync(
            async token =>
            {
                await base.DeleteAsync(entity, token).ConfigureAwait(false);
                var authorizations = _authorizations.Find(AuthorizationIndexes.Application, entity.Id).Select(authorization => authorization.Id).ToList();
                await _authorizations.RemoveAsync(authorizations, token).ConfigureAwait(false);
                await _tokens.RemoveAsync(TokenIndexes.Application, entity.Id, token).ConfigureAwait(false);
                foreach (var authorization in authorizations)
                {
                    await _tokens.RemoveAsync(TokenIndexes.Authorization, authorization, token).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Application?> FindByClientIdAsync(string identifier, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return new(Collection.FindFirst(ApplicationIndexes.ClientId, identifier));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Application> FindByPostLogoutRedirectUriAsync(string uri, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        return EnumerateAsync(Collection.Find(ApplicationIndexes.PostLogoutRedirectUri, uri), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Application> FindByRedirectUriAsync(string uri, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        return EnumerateAsync(Collection.Find(ApplicationIndexes.RedirectUri, uri), cancellationToken);
    }
}
