using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Identity.Stores.FileSystem.Storage;
using OpenIddict.Abstractions;

namespace Identity.Stores.FileSystem.Stores;

/// <summary>What OpenIddict's store interfaces have in common, over one collection.</summary>
/// <typeparam name="T">The entity.</typeparam>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "They implement the interfaces of the derived classes.")]
internal abstract class EntityStore<T>
    where T : Entity, new()
{
    private protected EntityStore(StorageDirectory directory, Collection<T> collection)
        => (Directory, Collection) = (directory, collection);

    private protected StorageDirectory Directory { get; }

    private protected Collection<T> Collection { get; }

    /// <summary>Counts the entries.</summary>
    /// <param name="cancellationToken">Not used: nothing is waited for.</param>
    /// <returns>How many there are.</returns>
    public virtual ValueTask<long> CountAsync(CancellationToken cancellationToken) => new(Collection.Count);

    /// <summary>Counts what a query finds, over copies of all entries.</summary>
    /// <typeparam name="TResult">What the query yields.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Not used: nothing is waited for.</param>
    /// <returns>How many there are.</returns>
    public ValueTask<long> CountAsync<TResult>(Func<IQueryable<T>, IQueryable<TResult>> query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new(query(All().AsQueryable()).LongCount());
    }

    /// <summary>Adds an entry.</summary>
    /// <param name="entity">Given an identifier, unless it has one.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>A task that completes when it is durable, or part of the current unit of work.</returns>
    /// <exception cref="DuplicateKeyException">Another entry has the same identifier or unique key.</exception>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public virtual ValueTask CreateAsync(T entity, CancellationToken cancellationToken) => Collection.AddAsync(entity, cancellationToken);

    /// <summary>Removes an entry, and what belongs to it.</summary>
    /// <param name="entity">The entry, as it was read.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>A task that completes when that is durable, or part of the current unit of work.</returns>
    /// <exception cref="OpenIddictExceptions.ConcurrencyException">It was changed or removed since it was read.</exception>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public virtual ValueTask DeleteAsync(T entity, CancellationToken cancellationToken)
        => TranslateAsync(Collection.RemoveAsync(entity, cancellationToken));

    /// <summary>Replaces an entry.</summary>
    /// <param name="entity">The entry, as it was read but for what was set since.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>A task that completes when that is durable, or part of the current unit of work.</returns>
    /// <exception cref="OpenIddictExceptions.ConcurrencyException">It was changed or removed since it was read.</exception>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public virtual ValueTask UpdateAsync(T entity, CancellationToken cancellationToken)
        => TranslateAsync(Collection.UpdateAsync(entity, cancellationToken));

    /// <summary>Finds an entry by its identifier.</summary>
    /// <param name="identifier">The identifier.</param>
    /// <param name="cancellationToken">Not used: nothing is waited for.</param>
    /// <returns>A copy, or <see langword="null"/>.</returns>
    public virtual ValueTask<T?> FindByIdAsync(string identifier, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return new(Collection.Find(identifier));
    }

    /// <summary>Runs a query over copies of all entries.</summary>
    /// <typeparam name="TState">What the query is given.</typeparam>
    /// <typeparam name="TResult">What the query yields.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="state">Given to the query.</param>
    /// <param name="cancellationToken">Not used: nothing is waited for.</param>
    /// <returns>The first result, or the default value.</returns>
    public ValueTask<TResult?> GetAsync<TState, TResult>(
        Func<IQueryable<T>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new(query(All().AsQueryable(), state).FirstOrDefault());
    }

    /// <summary>Gets the identifier.</summary>
    /// <param name="entity">The entry.</param>
    /// <param name="cancellationToken">Not used: nothing is waited for.</param>
    /// <returns>The identifier; <see langword="null"/> before the entry was added.</returns>
    public ValueTask<string?> GetIdAsync(T entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return new(entity.Id is { Length: > 0 } id ? id : null);
    }

    /// <summary>Makes an entry that is not yet kept.</summary>
    /// <param name="cancellationToken">Not used: nothing is waited for.</param>
    /// <returns>The entry.</returns>
    public ValueTask<T> InstantiateAsync(CancellationToken cancellationToken) => new(new T());

    /// <summary>Lists entries by identifier.</summary>
    /// <param name="count">At most so many, or all.</param>
    /// <param name="offset">After passing over so many.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>Copies.</returns>
    public IAsyncEnumerable<T> ListAsync(int? count, int? offset, CancellationToken cancellationToken)
    {
        IEnumerable<T> entities = All();
        entities = offset is { } skipped ? entities.Skip(skipped) : entities;
        return EnumerateAsync(count is { } taken ? entities.Take(taken) : entities, cancellationToken);
    }

    /// <summary>Runs a query over copies of all entries.</summary>
    /// <typeparam name="TState">What the query is given.</typeparam>
    /// <typeparam name="TResult">What the query yields.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="state">Given to the query.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The results.</returns>
    public IAsyncEnumerable<TResult> ListAsync<TState, TResult>(
        Func<IQueryable<T>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return EnumerateAsync(query(All().AsQueryable(), state), cancellationToken);
    }

    private protected virtual IReadOnlyList<T> All() => Collection.List();

    private protected static async IAsyncEnumerable<TItem> EnumerateAsync<TItem>(
        IEnumerable<TItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }

        await ValueTask.CompletedTask;
    }

    private protected static async ValueTask TranslateAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (ConcurrencyConflictException exception)
        {
            throw new OpenIddictExceptions.ConcurrencyException(exception.Message, exception);
        }
    }
}
