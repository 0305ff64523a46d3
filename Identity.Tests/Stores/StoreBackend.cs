using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;

namespace Identity.Tests.Stores;

/// <summary>
/// OpenIddict's four stores of one implementation, driven by <see cref="StoreOperation"/>: each answer, an exception's type
/// too, becomes a text that can be compared with another implementation's.
/// </summary>
internal abstract partial class StoreBackend<TApplication, TAuthorization, TScope, TToken> : IStoreBackend
    where TApplication : class
    where TAuthorization : class
    where TScope : class
    where TToken : class
{
    private readonly Dictionary<(Kind, int), object> _held = [];

    protected abstract IOpenIddictApplicationStore<TApplication> Applications { get; }

    protected abstract IOpenIddictAuthorizationStore<TAuthorization> Authorizations { get; }

    protected abstract IOpenIddictScopeStore<TScope> Scopes { get; }

    protected abstract IOpenIddictTokenStore<TToken> Tokens { get; }

    protected DateTimeOffset Now { get; } = new(TimeProvider.System.GetUtcNow().Date, TimeSpan.Zero);

    protected abstract void SetId(object entity, string id);

    protected abstract IQueryable<string?> Ids<T>(IQueryable<T> entities);

    /// <summary>What the next call to a store sees of an entity that was read before; nothing that is at hand counts as read anew.</summary>
    protected virtual void Forget()
    {
    }

    protected abstract ValueTask RestartAsync();

    protected virtual ValueTask SnapshotAsync() => ValueTask.CompletedTask;

    public abstract ValueTask DisposeAsync();

    public async ValueTask<string> RunAsync(StoreOperation operation)
    {
        Forget();
        try
        {
            return await AnswerAsync(operation) ?? "done";
        }
        catch (OpenIddictExceptions.ConcurrencyException)
        {
            return "concurrency";
        }
    }

    private async ValueTask<string?> AnswerAsync(StoreOperation operation)
    {
        switch (operation)
        {
            case StoreOperation.Create create:
                return await CreateAsync(create);

            case StoreOperation.Hold hold:
                _held.Remove((hold.Kind, hold.Number));
                if (await FindAsync(hold.Kind, StoreValues.Id(hold.Kind, hold.Number)) is not { } entity)
                {
                    return "none";
                }

                _held[(hold.Kind, hold.Number)] = entity;
                return await DescribeAsync(entity);

            case StoreOperation.UpdateHeld update when _held.TryGetValue((update.Kind, update.Number), out var held):
                await FillAsync(held, update.Number, update.Seed, isUpdate: true);
                await UpdateAsync(held);
                return null;

            case StoreOperation.DeleteHeld delete when _held.Remove((delete.Kind, delete.Number), out var held):
                await DeleteAsync(held);
                return null;

            case StoreOperation.UpdateHeld or StoreOperation.DeleteHeld:
                return "nothing held";

            case StoreOperation.FindById find:
                return await FindAsync(find.Kind, StoreValues.Id(find.Kind, find.Number)) is { } found ? await DescribeAsync(found) : "none";

            case StoreOperation.FindByKeys find:
                return await FindByKeysAsync(find.Kind, find.Seed);

            case StoreOperation.List list:
                return await DescribeAsync(ListAsync(list.Kind, list.Count, list.Offset));

            case StoreOperation.Query query:
                return await QueryAsync(query.Kind);

            case StoreOperation.CountAll count:
                return (await CountAsync(count.Kind)).ToString(CultureInfo.InvariantCulture);

            case StoreOperation.Revoke or StoreOperation.RevokeByKey:
                // What the oracle revokes in bulk keeps its concurrency token; ours does not, so that an update that was under way
                // cannot bring back what was revoked. What is held of the kind is let go, so that only this difference is passed over.
                var revoked = operation is StoreOperation.Revoke { Kind: var kind } ? kind : ((StoreOperation.RevokeByKey)operation).Kind;
                foreach (var key in _held.Keys.Where(key => key.Item1 == revoked).ToList())
                {
                    _held.Remove(key);
                }

                return (await RevokeAsync(operation)).ToString(CultureInfo.InvariantCulture);

            case StoreOperation.Prune { Kind: Kind.Token } prune:
                return (await Tokens.PruneAsync(Now.AddDays(-prune.Days), default)).ToString(CultureInfo.InvariantCulture);

            case StoreOperation.Prune { Kind: Kind.Authorization } prune:
                return (await Authorizations.PruneAsync(Now.AddDays(-prune.Days), default)).ToString(CultureInfo.InvariantCulture);

            case StoreOperation.Restart:
                await RestartAsync();
                return null;

            case StoreOperation.Snapshot:
                await SnapshotAsync();
                return null;

            default:
                return null;
        }
    }

    private async ValueTask<string?> CreateAsync(StoreOperation.Create create)
    {
        if (await FindAsync(create.Kind, StoreValues.Id(create.Kind, create.Number)) is not null)
        {
            return "exists";
        }

        Forget();
        object entity = create.Kind switch
        {
            Kind.Application => await Applications.InstantiateAsync(default),
            Kind.Authorization => await Authorizations.InstantiateAsync(default),
            Kind.Scope => await Scopes.InstantiateAsync(default),
            _ => await Tokens.InstantiateAsync(default),
        };
        SetId(entity, StoreValues.Id(create.Kind, create.Number));
        await FillAsync(entity, create.Number, create.Seed, isUpdate: false);
        await (entity switch
        {
            TApplication application => Applications.CreateAsync(application, default),
            TAuthorization authorization => Authorizations.CreateAsync(authorization, default),
            TScope scope => Scopes.CreateAsync(scope, default),
            TToken token => Tokens.CreateAsync(token, default),
            _ => default,
        });
        return null;
    }

    private async ValueTask<object?> FindAsync(Kind kind, string id) => kind switch
    {
        Kind.Application => await Applications.FindByIdAsync(id, default),
        Kind.Authorization => await Authorizations.FindByIdAsync(id, default),
        Kind.Scope => await Scopes.FindByIdAsync(id, default),
        _ => await Tokens.FindByIdAsync(id, default),
    };

    private ValueTask UpdateAsync(object entity) => entity switch
    {
        TApplication application => Applications.UpdateAsync(application, default),
        TAuthorization authorization => Authorizations.UpdateAsync(authorization, default),
        TScope scope => Scopes.UpdateAsync(scope, default),
        _ => Tokens.UpdateAsync((TToken)entity, default),
    };

    private ValueTask DeleteAsync(object entity) => entity switch
    {
        TApplication application => Applications.DeleteAsync(application, default),
        TAuthorization authorization => Authorizations.DeleteAsync(authorization, default),
        TScope scope => Scopes.DeleteAsync(scope, default),
        _ => Tokens.DeleteAsync((TToken)entity, default),
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

    private async ValueTask<string> QueryAsync(Kind kind)
    {
        var (count, first, all) = kind switch
        {
            Kind.Application => (await Applications.CountAsync(Ids, default), await Applications.GetAsync(Page, 1, default), Applications.ListAsync(Page, 0, default)),
            Kind.Authorization => (await Authorizations.CountAsync(Ids, default), await Authorizations.GetAsync(Page, 1, default), Authorizations.ListAsync(Page, 0, default)),
            Kind.Scope => (await Scopes.CountAsync(Ids, default), await Scopes.GetAsync(Page, 1, default), Scopes.ListAsync(Page, 0, default)),
            _ => (await Tokens.CountAsync(Ids, default), await Tokens.GetAsync(Page, 1, default), Tokens.ListAsync(Page, 0, default)),
        };
        return $"{count} {first} {string.Join(' ', await all.ToListAsync())}";
    }

    private IQueryable<string?> Page<T>(IQueryable<T> entities, int skipped) => Ids(entities).OrderBy(id => id).Skip(skipped);

    private async ValueTask<long> RevokeAsync(StoreOperation operation)
    {
        if (operation is StoreOperation.Revoke revoke)
        {
            var subject = (revoke.Filters & 1) is 0 ? null : StoreValues.Subject(revoke.Seed);
            var client = (revoke.Filters & 2) is 0 ? null : StoreValues.Id(Kind.Application, StoreValues.Pick(revoke.Seed, 3, StoreValues.Entries));
            var status = (revoke.Filters & 4) is 0 ? string.Empty : "valid";
            var type = (revoke.Filters & 8) is 0 ? null : TypeOf(revoke.Kind, revoke.Seed);
            return revoke.Kind is Kind.Token
                ? await Tokens.RevokeAsync(subject, client, status, type, default)
                : await Authorizations.RevokeAsync(subject, client, status, type, default);
        }

        var (kind, seed, key) = (StoreOperation.RevokeByKey)operation;
        return (kind, key) switch
        {
            (Kind.Token, 0) => await Tokens.RevokeBySubjectAsync(StoreValues.Subject(seed), default),
            (Kind.Token, 1) => await Tokens.RevokeByApplicationIdAsync(StoreValues.Id(Kind.Application, seed % StoreValues.Entries), default),
            (Kind.Token, _) => await Tokens.RevokeByAuthorizationIdAsync(StoreValues.Id(Kind.Authorization, seed % StoreValues.Entries), default),
            (_, 0) => await Authorizations.RevokeBySubjectAsync(StoreValues.Subject(seed), default),
            _ => await Authorizations.RevokeByApplicationIdAsync(StoreValues.Id(Kind.Application, seed % StoreValues.Entries), default),
        };
    }

    private async ValueTask<string> FindByKeysAsync(Kind kind, int seed)
    {
        var application = StoreValues.Id(Kind.Application, StoreValues.Pick(seed, 3, StoreValues.Entries));
        var authorization = StoreValues.Id(Kind.Authorization, StoreValues.Pick(seed, 4, StoreValues.Entries));
        var filters = seed & 15;
        var (subject, client) = ((filters & 1) is 0 ? null : StoreValues.Subject(seed), (filters & 2) is 0 ? null : application);
        var (status, type) = ((filters & 4) is 0 ? null : "valid", (filters & 8) is 0 ? null : TypeOf(kind, seed));
        List<IAsyncEnumerable<object>> answers = kind switch
        {
            Kind.Application =>
            [
                One(await Applications.FindByClientIdAsync(StoreValues.ClientId(StoreValues.Pick(seed, 5, StoreValues.Entries)), default)),
                Applications.FindByRedirectUriAsync(StoreValues.Uri(seed), default),
                Applications.FindByPostLogoutRedirectUriAsync(StoreValues.Uri(seed), default),
            ],
            Kind.Authorization =>
            [
                Authorizations.FindAsync(subject, client, status, type, (seed & 16) is 0 ? null : ["s1"], default),
                Authorizations.FindByApplicationIdAsync(application, default),
                Authorizations.FindBySubjectAsync(StoreValues.Subject(seed), default),
            ],
            Kind.Scope =>
            [
                One(await Scopes.FindByNameAsync($"scope-{seed % StoreValues.Entries}", default)),
                Scopes.FindByNamesAsync(["scope-1", "scope-3", "scope-1", "other"], default),
                Scopes.FindByResourceAsync(StoreValues.Uri(seed), default),
            ],
            _ =>
            [
                Tokens.FindAsync(subject, client, status, type, default),
                Tokens.FindByApplicationIdAsync(application, default),
                Tokens.FindByAuthorizationIdAsync(authorization, default),
                Tokens.FindBySubjectAsync(StoreValues.Subject(seed), default),
                One(await Tokens.FindByReferenceIdAsync($"reference-{seed % StoreValues.Entries}", default)),
            ],
        };

        List<string> described = [];
        foreach (var answer in answers)
        {
            described.Add(await DescribeAsync(answer, sorted: true));
        }

        return string.Join("\n--\n", described);
    }

    private static string TypeOf(Kind kind, int seed)
        => kind is Kind.Token ? StoreValues.TokenTypes[StoreValues.Pick(seed, 6, 4)] : StoreValues.AuthorizationTypes[StoreValues.Pick(seed, 6, 2)];

    private static IAsyncEnumerable<object> One(object? entity) => (entity is null ? [] : (object[])[entity]).ToAsyncEnumerable();

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

    private static string Text(object? value) => value switch
    {
        null => "null",
        DateTimeOffset date => date.ToString("u", CultureInfo.InvariantCulture) + date.Offset,
        ImmutableArray<string> { IsDefault: true } => "default!",
        ImmutableArray<string> array => $"[{string.Join(',', array)}]",
        ImmutableDictionary<string, JsonElement> map => $"{{{string.Join(',', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key + ":" + pair.Value.GetRawText()))}}}",
        ImmutableDictionary<CultureInfo, string> map => $"{{{string.Join(',', map.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal).Select(pair => pair.Key.Name + ":" + pair.Value))}}}",
        ImmutableDictionary<string, string> map => $"{{{string.Join(',', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key + ":" + pair.Value))}}}",
        JsonWebKeySet set => string.Join(',', set.Keys.Select(key => $"{key.Kty} {key.Kid} {key.X}")),
        _ => value.ToString()!,
    };
}

internal interface IStoreBackend : IAsyncDisposable
{
    ValueTask<string> RunAsync(StoreOperation operation);
}
