using System.Collections.Immutable;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Stores.FileSystem.Stores;

/// <summary>Keeps authorizations in <c>authorizations.json</c>.</summary>
/// <param name="directory">Where they are kept.</param>
internal sealed partial class AuthorizationStore(StorageDirectory directory)
    : EntityStore<Authorization>(directory, directory.GetCollection(Collections.Authorizations)), IOpenIddictAuthorizationStore<Authorization>
{
    private readonly Collection<Application> _applications = directory.GetCollection(Collections.Applications);
    private readonly TokenCollections _tokens = new(directory);

    /// <summary>Removes an authorization with its tokens, those in memory too.</summary>
    /// <inheritdoc/>
    public override ValueTask DeleteAsync(Authorization entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return Directory.ExecuteAsync(
            async token =>
            {
                await base.DeleteAsync(entity, token).ConfigureAwait(false);
                await _tokens.RemoveAsync(TokenIndexes.Authorization, entity.Id, token).ConfigureAwait(false);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Authorization> FindAsync(
        string? subject, string? client, string? status, string? type, ImmutableArray<string>? scopes, CancellationToken cancellationToken)
    {
        var found = Find(subject, client, status, type);
        return EnumerateAsync(
            scopes is { IsDefaultOrEmpty: false } wanted ? found.Where(authorization => wanted.All(authorization.Scopes.Contains)) : found,
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Authorization> FindByApplicationIdAsync(string identifier, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return EnumerateAsync(Collection.Find(AuthorizationIndexes.Application, identifier), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Authorization> FindBySubjectAsync(string subject, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return EnumerateAsync(Collection.Find(AuthorizationIndexes.Subject, subject), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> PruneAsync(DateTimeOffset threshold, CancellationToken cancellationToken)
        => Directory.ExecuteAsync(
            async token =>
            {
                var pruned = Collection.List(authorization =>
                    authorization.CreationDate < threshold && (authorization.Status != Statuses.Valid || authorization.Type == AuthorizationTypes.AdHoc));
                return (long)await Collection.RemoveAsync(
                    [.. pruned.Select(authorization => authorization.Id).Where(id => !_tokens.Any(TokenIndexes.Authorization, id))], token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> RevokeAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken)
        => RevokeAsync(() => Find(subject, client, status, type), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> RevokeByApplicationIdAsync(string identifier, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return RevokeAsync(() => Collection.Find(AuthorizationIndexes.Application, identifier), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> RevokeBySubjectAsync(string subject, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return RevokeAsync(() => Collection.Find(AuthorizationIndexes.Subject, subject), cancellationToken);
    }

    private IEnumerable<Authorization> Find(string? subject, string? client, string? status, string? type)
    {
        bool Matches(Authorization authorization) =>
            (string.IsNullOrEmpty(subject) || authorization.Subject == subject) &&
            (string.IsNullOrEmpty(client) || authorization.ApplicationId == client) &&
            (string.IsNullOrEmpty(status) || authorization.Status == status) &&
            (string.IsNullOrEmpty(type) || authorization.Type == type);

        return !string.IsNullOrEmpty(subject) ? Collection.Find(AuthorizationIndexes.Subject, subject).Where(Matches)
            : !string.IsNullOrEmpty(client) ? Collection.Find(AuthorizationIndexes.Application, client).Where(Matches)
            : Collection.List(Matches);
    }

    private ValueTask<long> RevokeAsync(Func<IEnumerable<Authorization>> find, CancellationToken cancellationToken)
        => Directory.ExecuteAsync(
            async token => (long)await Collection.MutateAsync(
                [.. find().Select(authorization => authorization.Id)], authorization => authorization.Status = Statuses.Revoked, token).ConfigureAwait(false),
            cancellationToken);
}
