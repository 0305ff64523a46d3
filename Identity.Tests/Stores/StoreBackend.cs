using System.Collections.Immutable;
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
    // Whole days away from all dates that matter, so that a day which begins during the tests makes no difference.
    private static readonly DateTimeOffset Today = new(TimeProvider.System.GetUtcNow().Date, TimeSpan.Zero);

    private readonly Dictionary<(Kind Kind, int Number, int Copy), object> _held = [];

    protected IOpenIddictApplicationStore<TApplication> Applications { get; set; } = null!;

    protected IOpenIddictAuthorizationStore<TAuthorization> Authorizations { get; set; } = null!;

    protected IOpenIddictScopeStore<TScope> Scopes { get; set; } = null!;

    protected IOpenIddictTokenStore<TToken> Tokens { get; set; } = null!;

    protected static DateTimeOffset Now => Today;

    protected abstract void SetId(object entity, string id);

    protected abstract IQueryable<string?> Ids<T>(IQueryable<T> entities);

    /// <summary>Whether an exception says that another entry has the same identifier or unique key: there is no common type for it.</summary>
    protected abstract bool IsDuplicate(Exception exception);

    /// <summary>What the next call to a store sees of an entity that was read before; nothing that is at hand counts as read anew.</summary>
    protected virtual void Forget()
    {
    }

    protected abstract ValueTask RestartAsync();

    protected abstract ValueTask SnapshotAsync();

    public abstract ValueTask DisposeAsync();

    public ValueTask<string> RunAsync(StoreOperation operation)
    {
        Forget();
        return AnswerAsync(() => ExecuteAsync(operation));
    }

    public async ValueTask<ImmutableArray<string>> RaceAsync(StoreOperation.Race race, ImmutableArray<int>? order)
    {
        var id = StoreValues.Id(race.Kind, race.Number);
        List<Func<ValueTask<string>>> writes = [];
        foreach (var write in race.Writes)
        {
            Forget();
            var entity = await FindAsync(race.Kind, id);
            writes.Add(entity switch
            {
                // All are of one type, for tokens are added to the collection of their type, and identifiers that meet by chance are not
                // looked for in what is being added elsewhere.
                null => () => CreateAsync(new(race.Kind, race.Number, race.Writes[0].Seed)),
                _ when write.Delete => () => DeleteAsync(entity),
                _ => () => UpdateAsync(entity, race.Number, write.Seed, isHeld: true),
            });
        }

        if (order is null)
        {
            return [.. await Task.WhenAll(writes.Select(write => Task.Run(async () => await AnswerAsync(write))))];
        }

        var answers = new string[writes.Count];
        foreach (var position in order)
        {
            Forget();
            answers[position] = await AnswerAsync(writes[position]);
        }

        return [.. answers];
    }

    private async ValueTask<string> AnswerAsync(Func<ValueTask<string>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (NameOf(exception) is { } name)
        {
            return name;
        }
    }

    private string? NameOf(Exception exception) => exception switch
    {
        OpenIddictExceptions.ConcurrencyException or ArgumentException => exception.GetType().Name,
        _ => IsDuplicate(exception) ? "duplicate" : null,
    };

    private async ValueTask<string> ExecuteAsync(StoreOperation operation)
    {
        switch (operation)
        {
            case StoreOperation.Create create:
                if (create.Seed % 16 > 0 && await FindAsync(create.Kind, StoreValues.Id(create.Kind, create.Number)) is not null)
                {
                    return "exists";
                }

                Forget();
                return await CreateAsync(create);

            case StoreOperation.Hold(var kind, var number, var copy):
                _held.Remove((kind, number, copy));
                if (await FindAsync(kind, StoreValues.Id(kind, number)) is not { } entity)
                {
                    return "none";
                }

                _held[(kind, number, copy)] = entity;
                return await DescribeAsync(entity);

            case StoreOperation.UpdateHeld(var nth, var seed) when _held.Count > 0:
                var updated = NthHeld(nth);
                try
                {
                    return await UpdateAsync(_held[updated], updated.Number, seed, isHeld: true);
                }
                catch (Exception exception) when (IsDuplicate(exception))
                {
                    // The oracle has given the copy a new concurrency token before it failed, so that it cannot be used again; ours can.
                    _held.Remove(updated);
                    throw;
                }

            case StoreOperation.DeleteHeld(var nth) when _held.Count > 0:
                var deleted = NthHeld(nth);
                _held.Remove(deleted, out var copyAtHand);
                return await DeleteAsync(copyAtHand!);

            case StoreOperation.UpdateHeld or StoreOperation.DeleteHeld:
                return "nothing held";

            case StoreOperation.Change(var kind, var number, var seed):
                return await FindAsync(kind, StoreValues.Id(kind, number)) is { } read ? await UpdateAsync(read, number, seed, isHeld: false) : "none";

            case StoreOperation.FindById(var kind, var number):
                return await FindAsync(kind, StoreValues.Id(kind, number)) is { } found ? await DescribeAsync(found) : "none";

            case StoreOperation.FindByKeys(var kind, var seed):
                return await FindByKeysAsync(kind, seed);

            case StoreOperation.List(var kind, var count, var offset):
                return await DescribeAsync(ListAsync(kind, count, offset));

            case StoreOperation.Query(var kind, var member):
                return await QueryAsync(kind, member);

            case StoreOperation.CountAll(var kind):
                return Text(await CountAsync(kind));

            case StoreOperation.Revoke revoke:
                await LetGoAsync(revoke.Kind, FindRevokedAsync(revoke));
                return Text(await RevokeAsync(revoke));

            case StoreOperation.RevokeByKey revoke:
                await LetGoAsync(revoke.Kind, FindRevokedAsync(revoke));
                return Text(await RevokeAsync(revoke));

            case StoreOperation.Prune { Kind: Kind.Token } prune:
                return Text(await Tokens.PruneAsync(Now.AddDays(-prune.Days), default));

            case StoreOperation.Prune prune:
                return Text(await Authorizations.PruneAsync(Now.AddDays(-prune.Days), default));

            case StoreOperation.Restart:
                await RestartAsync();
                await LetGoOfGoneAsync();
                return "restarted";

            case StoreOperation.Snapshot:
                await SnapshotAsync();
                return "written";

            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "Not known.");
        }
    }

    private async ValueTask<string> CreateAsync(StoreOperation.Create create)
    {
        object entity = create.Kind switch
        {
            Kind.Application => await Applications.InstantiateAsync(default),
            Kind.Authorization => await Authorizations.InstantiateAsync(default),
            Kind.Scope => await Scopes.InstantiateAsync(default),
            _ => await Tokens.InstantiateAsync(default),
        };
        SetId(entity, StoreValues.Id(create.Kind, create.Number));
        await FillAsync(entity, create.Number, create.Seed, isHeld: false);
        await (entity switch
        {
            TApplication application => Applications.CreateAsync(application, default),
            TAuthorization authorization => Authorizations.CreateAsync(authorization, default),
            TScope scope => Scopes.CreateAsync(scope, default),
            _ => Tokens.CreateAsync((TToken)entity, default),
        });
        return "created";
    }

    private async ValueTask<string> UpdateAsync(object entity, int number, int seed, bool isHeld)
    {
        await FillAsync(entity, number, seed, isHeld);
        await (entity switch
        {
            TApplication application => Applications.UpdateAsync(application, default),
            TAuthorization authorization => Authorizations.UpdateAsync(authorization, default),
            TScope scope => Scopes.UpdateAsync(scope, default),
            _ => Tokens.UpdateAsync((TToken)entity, default),
        });
        return "updated";
    }

    private async ValueTask<string> DeleteAsync(object entity)
    {
        await (entity switch
        {
            TApplication application => Applications.DeleteAsync(application, default),
            TAuthorization authorization => Authorizations.DeleteAsync(authorization, default),
            TScope scope => Scopes.DeleteAsync(scope, default),
            _ => Tokens.DeleteAsync((TToken)entity, default),
        });
        return "deleted";
    }

    /// <summary>
    /// What the oracle revokes in bulk keeps its concurrency token; ours does not, so that an update that was under way cannot bring
    /// back what was revoked. Copies of what is about to be revoked are let go, so that this difference alone is passed over.
    /// </summary>
    private async ValueTask LetGoAsync(Kind kind, IAsyncEnumerable<object> revoked)
    {
        if (_held.Keys.Any(key => key.Kind == kind))
        {
            HashSet<string?> ids = [];
            await foreach (var entity in revoked)
            {
                ids.Add(await IdAsync(entity));
            }

            LetGo(key => key.Kind == kind && ids.Contains(StoreValues.Id(kind, key.Number)));
            Forget();
        }
    }

    /// <summary>
    /// Versions of what is gone at a restart may be given again. No copy outlives a process, only this test's do: those of entries
    /// that are gone are let go.
    /// </summary>
    private async ValueTask LetGoOfGoneAsync()
    {
        foreach (var (kind, number) in _held.Keys.Select(key => (key.Kind, key.Number)).Distinct().ToList())
        {
            if (await FindAsync(kind, StoreValues.Id(kind, number)) is null)
            {
                LetGo(key => key.Kind == kind && key.Number == number);
            }
        }
    }

    private (Kind Kind, int Number, int Copy) NthHeld(int nth) => _held.Keys.Order().ElementAt(nth % _held.Count);

    private void LetGo(Func<(Kind Kind, int Number, int Copy), bool> isLetGo)
    {
        foreach (var key in _held.Keys.Where(isLetGo).ToList())
        {
            _held.Remove(key);
        }
    }
}

internal interface IStoreBackend : IAsyncDisposable
{
    /// <summary>Any operation but a <see cref="StoreOperation.Race"/>.</summary>
    ValueTask<string> RunAsync(StoreOperation operation);

    /// <summary>Writes at once, or one after the other where an order is given; answers in the order of the race's writes.</summary>
    ValueTask<ImmutableArray<string>> RaceAsync(StoreOperation.Race race, ImmutableArray<int>? order);
}
