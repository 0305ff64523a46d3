using OpenIddict.Abstractions;
using static Identity.Tests.Stores.StoreValues;

namespace Identity.Tests.Stores;

/// <content>Looking up, listing, counting and revoking.</content>
internal abstract partial class StoreBackend<TApplication, TAuthorization, TScope, TToken>
{
    private async ValueTask<object?> FindAsync(Kind kind, string id) => kind switch
    {
        Kind.Application => await Applications.FindByIdAsync(id, default),
        Kind.Authorization => await Authorizations.FindByIdAsync(id, default),
        Kind.Scope => await Scopes.FindByIdAsync(id, default),
        _ => await Tokens.FindByIdAsync(id, default),
    };

    private ValueTask<string?> IdAsync(object entity) => entity switch
    {
        TApplication application => Applications.GetIdAsync(application, default),
        TAuthorization authorization => Authorizations.GetIdAsync(authorization, default),
        TScope scope => Scopes.GetIdAsync(scope, default),
        _ => Tokens.GetIdAsync((TToken)entity, default),
    };

    private IAsyncEnumerable<object> ListAsync(Kind kind, int? count, int? offset) => kind switch
    {
        Kind.Application => Applications.ListAsync(count, offset, default),
        Kind.Authorization => Authorizations.ListAsync(count, offset, default),
        Kind.Scope => Scopes.ListAsync(count, offset, default),
        _ => Tokens.ListAsync(count, offset, default),
    };

    private ValueTask<long> CountAsync(Kind kind) => kind switch
    {
        Kind.Application => Applications.CountAsync(default),
        Kind.Authorization => Authorizations.CountAsync(default),
        Kind.Scope => Scopes.CountAsync(default),
        _ => Tokens.CountAsync(default),
    };

    private async ValueTask<string> QueryAsync(Kind kind, int member) => (kind, member) switch
    {
        (Kind.Application, 0) => Text(await Applications.CountAsync(Ids, default)),
        (Kind.Application, 1) => Text(await Applications.GetAsync(Page, 1, default)),
        (Kind.Application, _) => await JoinAsync(Applications.ListAsync(Page, 0, default)),
        (Kind.Authorization, 0) => Text(await Authorizations.CountAsync(Ids, default)),
        (Kind.Authorization, 1) => Text(await Authorizations.GetAsync(Page, 1, default)),
        (Kind.Authorization, _) => await JoinAsync(Authorizations.ListAsync(Page, 0, default)),
        (Kind.Scope, 0) => Text(await Scopes.CountAsync(Ids, default)),
        (Kind.Scope, 1) => Text(await Scopes.GetAsync(Page, 1, default)),
        (Kind.Scope, _) => await JoinAsync(Scopes.ListAsync(Page, 0, default)),
        (_, 0) => Text(await Tokens.CountAsync(Ids, default)),
        (_, 1) => Text(await Tokens.GetAsync(Page, 1, default)),
        _ => await JoinAsync(Tokens.ListAsync(Page, 0, default)),
    };

    private static async ValueTask<string> JoinAsync(IAsyncEnumerable<string?> ids) => string.Join(' ', await ids.ToListAsync());

    private IQueryable<string?> Page<T>(IQueryable<T> entities, int skipped) => Ids(entities).OrderBy(id => id).Skip(skipped);

    private async ValueTask<string> FindByKeysAsync(Kind kind, int seed)
    {
        var (application, authorization) = (Id(Kind.Application, Pick(seed, 3, Entries)), Id(Kind.Authorization, Pick(seed, 4, Entries)));
        var filters = seed & 15;
        var (subject, client) = ((filters & 1) is 0 ? null : Subject(seed), (filters & 2) is 0 ? null : application);
        var (status, type) = ((filters & 4) is 0 ? null : "valid", (filters & 8) is 0 ? string.Empty : TypeOf(kind, seed));
        List<Func<IAsyncEnumerable<object>>> lookUps = kind switch
        {
            Kind.Application =>
            [
                () => One(Applications.FindByClientIdAsync(ClientId(seed % Entries, seed)!, default)),
                () => Applications.FindByRedirectUriAsync(Uri(seed), default),
                () => Applications.FindByPostLogoutRedirectUriAsync(Uri(seed), default),
            ],
            Kind.Authorization =>
            [
                () => Authorizations.FindAsync(subject, client, status, type, (seed & 16) is 0 ? null : ["s1"], default),
                () => Authorizations.FindByApplicationIdAsync(application, default),
                () => Authorizations.FindBySubjectAsync(Subject(seed)!, default),
            ],
            Kind.Scope =>
            [
                () => One(Scopes.FindByNameAsync(ScopeName(seed % Entries, seed)!, default)),
                () => Scopes.FindByNamesAsync(["scope-1", "scope-3", "scope-1", "other", ScopeName(seed % Entries, seed) ?? string.Empty], default),
                () => Scopes.FindByResourceAsync(Uri(seed), default),
            ],
            _ =>
            [
                () => Tokens.FindAsync(subject, client, status, type, default),
                () => Tokens.FindByApplicationIdAsync(application, default),
                () => Tokens.FindByAuthorizationIdAsync(authorization, default),
                () => Tokens.FindBySubjectAsync(Subject(seed)!, default),
                () => One(Tokens.FindByReferenceIdAsync(ReferenceId(seed % Entries, seed)!, default)),
            ],
        };

        List<string> described = [];
        foreach (var lookUp in lookUps)
        {
            described.Add(await AnswerAsync(() => DescribeAsync(lookUp(), sorted: true)));
        }

        return string.Join("\n--\n", described);
    }

    private ValueTask<long> RevokeAsync(StoreOperation.Revoke revoke)
    {
        var (subject, client, status, type) = FiltersOf(revoke);
        return revoke.Kind is Kind.Token
            ? Tokens.RevokeAsync(subject, client, status, type, default)
            : Authorizations.RevokeAsync(subject, client, status, type, default);
    }

    private IAsyncEnumerable<object> FindRevokedAsync(StoreOperation.Revoke revoke)
    {
        var (subject, client, status, type) = FiltersOf(revoke);
        return revoke.Kind is Kind.Token
            ? Tokens.FindAsync(subject, client, status, type, default)
            : Authorizations.FindAsync(subject, client, status, type, scopes: null, default);
    }

    private static (string? Subject, string? Client, string? Status, string? Type) FiltersOf(StoreOperation.Revoke revoke) => (
        (revoke.Filters & 1) is 0 ? null : Subject(revoke.Seed),
        (revoke.Filters & 2) is 0 ? null : Id(Kind.Application, Pick(revoke.Seed, 3, Entries)),
        (revoke.Filters & 4) is 0 ? string.Empty : "valid",
        (revoke.Filters & 8) is 0 ? null : TypeOf(revoke.Kind, revoke.Seed));

    private ValueTask<long> RevokeAsync(StoreOperation.RevokeByKey revoke)
    {
        var key = KeyOf(revoke);
        return (revoke.Kind, revoke.Key) switch
        {
            (Kind.Token, 0) => Tokens.RevokeBySubjectAsync(key, default),
            (Kind.Token, 1) => Tokens.RevokeByApplicationIdAsync(key, default),
            (Kind.Token, _) => Tokens.RevokeByAuthorizationIdAsync(key, default),
            (_, 0) => Authorizations.RevokeBySubjectAsync(key, default),
            _ => Authorizations.RevokeByApplicationIdAsync(key, default),
        };
    }

    private IAsyncEnumerable<object> FindRevokedAsync(StoreOperation.RevokeByKey revoke)
    {
        var key = KeyOf(revoke);
        return (revoke.Kind, revoke.Key) switch
        {
            (Kind.Token, 0) => Tokens.FindBySubjectAsync(key, default),
            (Kind.Token, 1) => Tokens.FindByApplicationIdAsync(key, default),
            (Kind.Token, _) => Tokens.FindByAuthorizationIdAsync(key, default),
            (_, 0) => Authorizations.FindBySubjectAsync(key, default),
            _ => Authorizations.FindByApplicationIdAsync(key, default),
        };
    }

    // Entries, one more than there can be, and no key at all.
    private static string KeyOf(StoreOperation.RevokeByKey revoke) => revoke.Key is 0
        ? Subject(revoke.Seed)!
        : Id(revoke is { Kind: Kind.Token, Key: 2 } ? Kind.Authorization : Kind.Application, (revoke.Seed % (Entries + 3)) - 2);

    private static string? TypeOf(Kind kind, int seed)
        => kind is Kind.Token ? TokenTypes[Pick(seed, 6, TokenTypes.Length)] : AuthorizationTypes[Pick(seed, 6, AuthorizationTypes.Length)];

    private static async IAsyncEnumerable<object> One<T>(ValueTask<T?> found)
        where T : class
    {
        if (await found is { } entity)
        {
            yield return entity;
        }
    }

    private async ValueTask<string> DescribeAsync(IAsyncEnumerable<object> entities, bool sorted = false)
    {
        List<string> described = [];
        await foreach (var entity in entities)
        {
            described.Add(await DescribeAsync(entity));
        }

        // Only lists with a count or an offset have an order that callers may rely on.
        return string.Join("\n", sorted ? described.Order(StringComparer.Ordinal) : described);
    }
}
