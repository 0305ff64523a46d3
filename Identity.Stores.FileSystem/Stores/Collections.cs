using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Stores.FileSystem.Stores;

/// <summary>What is kept for OpenIddict, and by which keys it is found.</summary>
internal static class Collections
{
    /// <summary>
    /// What strangers may fill at most: entries without a user, such as pushed authorization requests. A thousand sign-ins
    /// under way are far fewer.
    /// </summary>
    private const int MaximumAnonymousTokens = 10_000;

    /// <summary>
    /// How many live tokens of a type, such as access tokens, a connection has in memory at most. So a client that refreshes in a
    /// loop takes no more memory than one that does not.
    /// </summary>
    private const int MaximumTokensPerConnection = 32;

    /// <summary>What the server writes in the place of the payload of a spent refresh token; not nothing, which OpenIddict takes for a defect.</summary>
    private const string SpentPayload = "spent";

    public static readonly CollectionDefinition<Application> Applications = new("clients")
    {
        Json = EntityJson.For<Application>(),
        Indexes = [ApplicationIndexes.ClientId, ApplicationIndexes.RedirectUri, ApplicationIndexes.PostLogoutRedirectUri],
    };

    public static readonly CollectionDefinition<Authorization> Authorizations = new("authorizations")
    {
        Json = EntityJson.For<Authorization>(),
        TryRead = AuthorizationReader.TryRead,
        Indexes = [AuthorizationIndexes.Application, AuthorizationIndexes.Subject],
        References = [new("client", Applications.Name, authorization => authorization.ApplicationId)],
    };

    public static readonly CollectionDefinition<Scope> Scopes = new("scopes")
    {
        Json = EntityJson.For<Scope>(),
        Indexes = [ScopeIndexes.Name, ScopeIndexes.Resource],
    };

    public static readonly CollectionDefinition<Token> RefreshTokens = new("refresh_tokens")
    {
        Json = EntityJson.For<Token>(),
        TryRead = TokenReader.TryRead,
        Indexes = TokenIndexes.All,
        Together = TokenIndexes.Authorization,
        ExpiresAt = token => token.ExpirationDate,
        References =
        [
            new("client", Applications.Name, token => token.ApplicationId),
            new("authorization", Authorizations.Name, token => token.AuthorizationId),
        ],
        Upgrade = ForgetSpentPayload,
    };

    /// <summary>Tokens of users, in memory: authorization codes, access tokens.</summary>
    public static readonly CollectionDefinition<Token> UserTokens = new("user_tokens")
    {
        Indexes = TokenIndexes.All,
        ExpiresAt = token => token.ExpirationDate,
        Bound = new(token => token.AuthorizationId is { Length: > 0 } connection ? connection + " " + token.Type : null)
        {
            MaximumEntriesPerOwner = MaximumTokensPerConnection,
        },
    };

    /// <summary>Tokens of nobody yet, in memory: pushed and pending authorization requests, state of upstream sign-ins.</summary>
    public static readonly CollectionDefinition<Token> AnonymousTokens = new("anonymous_tokens")
    {
        Indexes = TokenIndexes.All,
        ExpiresAt = token => token.ExpirationDate,
        Bound = new(token => token.Origin ?? string.Empty) { MaximumEntries = MaximumAnonymousTokens },
    };

    public static readonly CollectionDefinition<User> Users = new("users")
    {
        Json = EntityJson.For<User>(),
        Indexes = [UserIndexes.Name, UserIndexes.Email, UserIndexes.Passkey, UserIndexes.Login],
    };

    /// <summary>
    /// Format 1 kept the payload of refresh tokens to their end. One that is redeemed and no longer holds the value of its successor is
    /// spent: all that is asked of it is to be recognised, for which the word that the server writes now is enough.
    /// </summary>
    private static void ForgetSpentPayload(Token token, int format)
    {
        if (format is 1 && token.Status is Statuses.Redeemed && !token.Properties.ContainsKey("successor"))
        {
            token.Payload = SpentPayload;
        }
    }
}

internal static class ApplicationIndexes
{
    public static readonly CollectionIndex<Application> ClientId = new("client id", application => application.ClientId, unique: true);
    public static readonly CollectionIndex<Application> RedirectUri = new("redirect URI", application => application.RedirectUris);
    public static readonly CollectionIndex<Application> PostLogoutRedirectUri = new("post-logout redirect URI", application => application.PostLogoutRedirectUris);
}

internal static class AuthorizationIndexes
{
    public static readonly CollectionIndex<Authorization> Application = new("application", authorization => authorization.ApplicationId)
    {
        Share = static (authorization, key) => authorization.ApplicationId = key,
    };

    public static readonly CollectionIndex<Authorization> Subject = new("subject", authorization => authorization.Subject)
    {
        Share = static (authorization, key) => authorization.Subject = key,
    };
}

internal static class ScopeIndexes
{
    public static readonly CollectionIndex<Scope> Name = new("name", scope => scope.Name, unique: true);
    public static readonly CollectionIndex<Scope> Resource = new("resource", scope => scope.Resources);
}

internal static class TokenIndexes
{
    public static readonly CollectionIndex<Token> Reference = new("reference id", token => token.ReferenceId, unique: true)
    {
        KeyHash = static token => token.KeptReference.IsEmpty ? null : token.KeptReference.GetHashCode(),
    };

    public static readonly CollectionIndex<Token> Authorization = new("authorization", token => token.AuthorizationId)
    {
        Share = static (token, key) => token.AuthorizationId = key,
    };

    public static readonly CollectionIndex<Token> Application = new("application", token => token.ApplicationId)
    {
        Share = static (token, key) => token.ApplicationId = key,
    };

    public static readonly CollectionIndex<Token> Subject = new("subject", token => token.Subject)
    {
        Share = static (token, key) => token.Subject = key,
    };

    public static System.Collections.Immutable.ImmutableArray<CollectionIndex<Token>> All => [Reference, Authorization, Application, Subject];
}

internal static class UserIndexes
{
    public static readonly CollectionIndex<User> Name = new("user name", user => user.NormalizedUserName, unique: true);

    // Not unique: whether addresses are is a setting of ASP.NET Core Identity (RequireUniqueEmail), which asks before it adds.
    public static readonly CollectionIndex<User> Email = new("e-mail address", user => user.NormalizedEmail);

    public static readonly CollectionIndex<User> Passkey = new("passkey", user => user.Passkeys.Select(passkey => passkey.CredentialId), unique: true);

    public static readonly CollectionIndex<User> Login = new(
        "external identity", user => user.Logins.Select(login => LoginKey(login.Issuer, login.Subject)), unique: true);

    // With the length in front, so that no two pairs make one key.
    public static string LoginKey(string issuer, string subject) => $"{issuer.Length}:{issuer}{subject}";
}
