using System.Collections.Concurrent;

namespace Identity.Benchmarks.Yardsticks;

/// <summary>What the dictionaries of the ceiling hold.</summary>
internal abstract class MemoryEntity
{
    public string Id { get; } = Guid.NewGuid().ToString();
}

/// <summary>What OpenIddict's store interfaces have in common, over a dictionary.</summary>
/// <remarks>
/// What it hands out is what it keeps, without a copy and without a comparison of versions: it is the least that a store can cost,
/// not one to be used.
/// </remarks>
/// <typeparam name="T">The entity.</typeparam>
internal abstract class MemoryStore<T>
    where T : MemoryEntity, new()
{
    private readonly ConcurrentDictionary<string, T> _entities = new(StringComparer.Ordinal);

    public ValueTask<long> CountAsync(CancellationToken cancellationToken) => new(_entities.Count);

    public ValueTask<long> CountAsync<TResult>(Func<IQueryable<T>, IQueryable<TResult>> query, CancellationToken cancellationToken)
        => new(query(_entities.Values.AsQueryable()).LongCount());

    public virtual ValueTask CreateAsync(T entity, CancellationToken cancellationToken)
    {
        _entities[entity.Id] = entity;
        return default;
    }

    public virtual ValueTask DeleteAsync(T entity, CancellationToken cancellationToken)
    {
        _entities.TryRemove(entity.Id, out _);
        return default;
    }

    public virtual ValueTask UpdateAsync(T entity, CancellationToken cancellationToken) => default;

    public ValueTask<T?> FindByIdAsync(string identifier, CancellationToken cancellationToken) => new(_entities.GetValueOrDefault(identifier));

    public ValueTask<TResult?> GetAsync<TState, TResult>(
        Func<IQueryable<T>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken)
        => new(query(_entities.Values.AsQueryable(), state).FirstOrDefault());

    public ValueTask<string?> GetIdAsync(T entity, CancellationToken cancellationToken) => new(entity.Id);

    public ValueTask<T> InstantiateAsync(CancellationToken cancellationToken) => new(new T());

    public IAsyncEnumerable<T> ListAsync(int? count, int? offset, CancellationToken cancellationToken)
        => _entities.Values.OrderBy(entity => entity.Id, StringComparer.Ordinal).Skip(offset ?? 0).Take(count ?? int.MaxValue).ToAsyncEnumerable();

    public IAsyncEnumerable<TResult> ListAsync<TState, TResult>(
        Func<IQueryable<T>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken)
        => query(_entities.Values.AsQueryable(), state).ToAsyncEnumerable();

    private protected IAsyncEnumerable<T> FindAsync(Func<T, bool> predicate) => _entities.Values.Where(predicate).ToAsyncEnumerable();

    private protected ValueTask<long> ChangeAsync(Func<T, bool> predicate, Action<T> change)
    {
        var found = _entities.Values.Where(predicate).ToList();
        found.ForEach(change);
        return new(found.Count);
    }

    private protected async ValueTask<long> RemoveAsync(Func<T, bool> predicate)
    {
        var found = _entities.Values.Where(predicate).ToList();
        foreach (var entity in found)
        {
            await DeleteAsync(entity, CancellationToken.None);
        }

        return found.Count;
    }
}
