using Identity.Server.Clients;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.Registration.InitialAccess;

/// <summary>Initial access tokens in <c>initial_access_tokens.json</c>.</summary>
internal sealed class InitialAccessTokens(Collection<InitialAccessToken> tokens, GeneratedSecrets secrets, TimeProvider time) : IInitialAccessTokens
{
    private static readonly CollectionIndex<InitialAccessToken> ByHash = new("hash", token => token.Hash, unique: true);

    /// <summary>The collection, for the storage directory to open.</summary>
    public static CollectionDefinition<InitialAccessToken> Definition { get; } = new("initial_access_tokens")
    {
        Json = InitialAccessJson.Default.InitialAccessToken,
        Indexes = [ByHash],
        ExpiresAt = token => token.ExpirationDate,
    };

    /// <inheritdoc/>
    public bool IsUsable(string value) => Find(value) is not null;

    /// <inheritdoc/>
    public async ValueTask<bool> UseAsync(string value, CancellationToken cancellationToken)
    {
        if (Find(value) is not { } token)
        {
            return false;
        }

        token.Uses++;
        await tokens.UpdateAsync(token, cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<(InitialAccessToken Token, string Value)> CreateAsync(string? name, int uses, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var value = secrets.Create();
        var now = time.GetUtcNow();
        var token = new InitialAccessToken
        {
            Hash = GeneratedSecrets.Compute(value),
            Name = name,
            MaximumUses = uses,
            CreationDate = now,
            ExpirationDate = now + lifetime,
        };
        await tokens.AddAsync(token, cancellationToken);
        return (token, value);
    }

    /// <inheritdoc/>
    public IReadOnlyList<InitialAccessToken> List() => [.. tokens.List().OrderBy(token => token.CreationDate)];

    /// <inheritdoc/>
    public async ValueTask<bool> RevokeAsync(string id, CancellationToken cancellationToken) => await tokens.RemoveAsync([id], cancellationToken) > 0;

    // Found by its hash: how long that takes tells nothing about a value of 256 random bits.
    private InitialAccessToken? Find(string value)
        => tokens.FindFirst(ByHash, GeneratedSecrets.Compute(value)) is { } token && token.Uses < token.MaximumUses && token.ExpirationDate > time.GetUtcNow() ? token : null;
}
