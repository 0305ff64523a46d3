using System.Collections.Immutable;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using OpenIddict.Abstractions;

namespace Identity.Stores.FileSystem.Stores;

/// <summary>Keeps scopes in <c>scopes.json</c>.</summary>
/// <param name="directory">Where they are kept.</param>
internal sealed partial class ScopeStore(StorageDirectory directory)
    : EntityStore<Scope>(directory, directory.GetCollection(Collections.Scopes)), IOpenIddictScopeStore<Scope>
{
    /// <inheritdoc/>
    public ValueTask<Scope?> FindByNameAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new(Collection.FindFirst(ScopeIndexes.Name, name));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Scope> FindByNamesAsync(ImmutableArray<string> names, CancellationToken cancellationToken)
    {
        if (names.IsDefault || names.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("The names of scopes cannot be null or empty.", nameof(names));
        }

        return EnumerateAsync(
            names.Distinct(StringComparer.Ordinal).SelectMany(name => Collection.Find(ScopeIndexes.Name, name)).OrderBy(scope => scope.Id, StringComparer.Ordinal),
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Scope> FindByResourceAsync(string resource, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(resource);
        return EnumerateAsync(Collection.Find(ScopeIndexes.Resource, resource), cancellationToken);
    }
}
