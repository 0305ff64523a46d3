using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Stores.FileSystem.Stores;

/// <summary>
/// The three places where tokens are: refresh tokens on disk; those of users, and those of nobody yet, in memory. What
/// strangers can fill is apart, so that it pushes out nothing of a user's.
/// </summary>
internal sealed class TokenCollections(StorageDirectory directory)
{
    private readonly Collection<Token> _refreshTokens = directory.GetCollection(Collections.RefreshTokens);
    private readonly Collection<Token> _userTokens = directory.GetCollection(Collections.UserTokens);
    private readonly Collection<Token> _anonymousTokens = directory.GetCollection(Collections.AnonymousTokens);

    public int Count => All.Sum(tokens => tokens.Count);

    private Collection<Token>[] All => [_refreshTokens, _userTokens, _anonymousTokens];

    /// <summary>Where a token belongs. Types are URNs: a short name would send refresh tokens into memory.</summary>
    public Collection<Token> PlaceOf(Token token) => token switch
    {
        { Type: TokenTypeIdentifiers.RefreshToken } => _refreshTokens,
        { Subject.Length: > 0 } => _userTokens,
        _ => _anonymousTokens,
    };

    /// <summary>Where the token with this identifier is, if anywhere.</summary>
    public Collection<Token>? Locate(string id)
    {
        lock (directory.Queue.Gate)
        {
            return _refreshTokens.Contains(id) ? _refreshTokens
                : _userTokens.Contains(id) ? _userTokens
                : _anonymousTokens.Contains(id) ? _anonymousTokens
                : null;
        }
    }

    // Under one lock: a token that moves is always in one of the places.
    public Token? Find(string id)
    {
        lock (directory.Queue.Gate)
        {
            return _refreshTokens.Find(id) ?? _userTokens.Find(id) ?? _anonymousTokens.Find(id);
        }
    }

    public Token? FindFirst(CollectionIndex<Token> index, string key)
    {
        lock (directory.Queue.Gate)
        {
            return _refreshTokens.FindFirst(index, key) ?? _userTokens.FindFirst(index, key) ?? _anonymousTokens.FindFirst(index, key);
        }
    }

    /// <summary>Whether another token, wherever it is, has the reference id of this one; a collection knows of its own tokens only.</summary>
    public bool IsReferenceTaken(Token token)
        => token.ReferenceId is { Length: > 0 } reference && FindFirst(TokenIndexes.Reference, reference) is { } holder && holder.Id != token.Id;

    public IEnumerable<Token> Find(CollectionIndex<Token> index, string key) => Ordered(All.SelectMany(tokens => tokens.Find(index, key)));

    public bool Any(CollectionIndex<Token> index, string key)
    {
        lock (directory.Queue.Gate)
        {
            return Array.Exists(All, tokens => tokens.Contains(index, key));
        }
    }

    public IReadOnlyList<Token> List(Func<Token, bool> predicate) => [.. Ordered(All.SelectMany(tokens => tokens.List(predicate)))];

    /// <summary>Identifiers in no order, without the copies that <see cref="List"/> makes.</summary>
    public IEnumerable<string> FindIds(Func<Token, bool> predicate) => All.SelectMany(tokens => tokens.FindIds(predicate));

    public async ValueTask<int> RemoveAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var tokens in All)
        {
            count += await tokens.RemoveAsync(ids, cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    public ValueTask<int> RemoveAsync(CollectionIndex<Token> index, string key, CancellationToken cancellationToken)
        => RemoveAsync([.. Find(index, key).Select(token => token.Id)], cancellationToken);

    public async ValueTask<int> MutateAsync(IReadOnlyCollection<string> ids, Action<Token> change, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var tokens in All)
        {
            count += await tokens.MutateAsync(ids, change, cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    private static IEnumerable<Token> Ordered(IEnumerable<Token> tokens) => tokens.OrderBy(token => token.Id, StringComparer.Ordinal);
}
