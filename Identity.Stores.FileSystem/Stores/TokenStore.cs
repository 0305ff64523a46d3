using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Stores.FileSystem.Stores;

/// <summary>
/// Keeps refresh tokens in <c>refresh_tokens.json</c> and every other token in memory. Whatever is asked or changed spans both.
/// </summary>
internal sealed partial class TokenStore : EntityStore<Token>, IOpenIddictTokenStore<Token>
{
    private readonly Collection<Application> _applications;
    private readonly Collection<Authorization> _authorizations;
    private readonly TokenCollections _tokens;
    private readonly TimeProvider _time;

    /// <summary>Creates the store.</summary>
    /// <param name="directory">Where the tokens are kept.</param>
    /// <param name="time">The clock by which tokens expire.</param>
    public TokenStore(StorageDirectory directory, TimeProvider time) : base(directory, directory.GetCollection(Collections.RefreshTokens))
    {
        _applications = directory.GetCollection(Collections.Applications);
        _authorizations = directory.GetCollection(Collections.Authorizations);
        _tokens = new TokenCollections(directory);
        _time = time;
    }

    /// <inheritdoc/>
    public override ValueTask<long> CountAsync(CancellationToken cancellationToken) => new(_tokens.Count);

    /// <inheritdoc/>
    public override ValueTask CreateAsync(Token entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        entity.Origin = UnitOfWork.Current?.Origin;
        return _tokens.PlaceOf(entity).AddAsync(entity, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(Token entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return TranslateAsync((_tokens.Locate(entity.Id) ?? _tokens.PlaceOf(entity)).RemoveAsync(entity, cancellationToken));
    }

    /// <inheritdoc/>
    public override ValueTask UpdateAsync(Token entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        var place = _tokens.PlaceOf(entity);
        if (_tokens.Locate(entity.Id) is not { } from || from == place)
        {
            return TranslateAsync(place.UpdateAsync(entity, cancellationToken));
        }

        // What it is, or whose, has changed (a device code that a user has approved): it moves, in one change.
        return TranslateAsync(Directory.ExecuteAsync(
            async token =>
            {
                await from.RemoveAsync(entity, token).ConfigureAwait(false);
                await place.AddAsync(entity, token).ConfigureAwait(false);
            },
            cancellationToken));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Token> FindAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken)
        => EnumerateAsync(Find(subject, client, status, type), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<Token> FindByApplicationIdAsync(string identifier, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return EnumerateAsync(_tokens.Find(TokenIndexes.Application, identifier), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Token> FindByAuthorizationIdAsync(string identifier, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return EnumerateAsync(_tokens.Find(TokenIndexes.Authorization, identifier), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<Token?> FindByIdAsync(string identifier, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return new(_tokens.Find(identifier));
    }

    /// <inheritdoc/>
    public ValueTask<Token?> FindByReferenceIdAsync(string identifier, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return new(_tokens.FindFirst(TokenIndexes.Reference, identifier));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Token> FindBySubjectAsync(string subject, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return EnumerateAsync(_tokens.Find(TokenIndexes.Subject, subject), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> PruneAsync(DateTimeOffset threshold, CancellationToken cancellationToken)
        => Directory.ExecuteAsync(
            async token =>
            {
                var now = _time.GetUtcNow();
                var pruned = _tokens.List(entry => entry.CreationDate < threshold &&
                    (entry.Status is not (Statuses.Inactive or Statuses.Valid) || entry.ExpirationDate < now || !IsAuthorized(entry)));
                return (long)await _tokens.RemoveAsync([.. pruned.Select(entry => entry.Id)], token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> RevokeAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken)
        => RevokeAsync(() => Find(subject, client, status, type), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> RevokeByApplicationIdAsync(string identifier, CancellationToken cancellationToken)
        => RevokeAsync(TokenIndexes.Application, identifier, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> RevokeByAuthorizationIdAsync(string identifier, CancellationToken cancellationToken)
        => RevokeAsync(TokenIndexes.Authorization, identifier, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> RevokeBySubjectAsync(string subject, CancellationToken cancellationToken)
        => RevokeAsync(TokenIndexes.Subject, subject, cancellationToken);

    private protected override IReadOnlyList<Token> All() => _tokens.List(static _ => true);

    private bool IsAuthorized(Token token)
        => token.AuthorizationId is not { Length: > 0 } id || _authorizations.Find(id) is not { } authorization || authorization.Status == Statuses.Valid;

    private IEnumerable<Token> Find(string? subject, string? client, string? status, string? type)
    {
        bool Matches(Token token) =>
            (string.IsNullOrEmpty(subject) || token.Subject == subject) &&
            (string.IsNullOrEmpty(client) || token.ApplicationId == client) &&
            (string.IsNullOrEmpty(status) || token.Status == status) &&
            (string.IsNullOrEmpty(type) || token.Type == type);

        return !string.IsNullOrEmpty(subject) ? _tokens.Find(TokenIndexes.Subject, subject).Where(Matches)
            : !string.IsNullOrEmpty(client) ? _tokens.Find(TokenIndexes.Application, client).Where(Matches)
            : _tokens.List(Matches);
    }

    private ValueTask<long> RevokeAsync(CollectionIndex<Token> index, string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return RevokeAsync(() => _tokens.Find(index, key).Where(token => token.Status != Statuses.Revoked), cancellationToken);
    }

    private ValueTask<long> RevokeAsync(Func<IEnumerable<Token>> find, CancellationToken cancellationToken)
        => Directory.ExecuteAsync(
            async token => (long)await _tokens.MutateAsync(
                [.. find().Select(entry => entry.Id)], entry => entry.Status = Statuses.Revoked, token).ConfigureAwait(false),
            cancellationToken);
}
