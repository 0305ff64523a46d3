using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Resources;

/// <summary>Decides which scopes a client is given.</summary>
internal sealed class ScopePolicy(
    IOpenIddictApplicationManager applications, IOpenIddictScopeManager scopes, ResourceCatalog catalog, IOptionsMonitor<OpenIddictServerOptions> options)
{
    /// <summary>What is granted where neither the request nor the client's registration names scopes (RFC 6749, section 3.3).</summary>
    private static readonly ImmutableArray<string> Default = [Scopes.OpenId, Scopes.Profile, Scopes.Email];

    /// <summary>Leaves of some scopes those that exist, that the client may have, and that mean something for the resources.</summary>
    /// <param name="requested">The scopes.</param>
    /// <param name="clientId">The client.</param>
    /// <param name="resources">The resources; none stands for the issuer.</param>
    /// <param name="cancellationToken">Ends the waiting for the stores.</param>
    /// <returns>What is left, in the same order.</returns>
    public async ValueTask<ImmutableArray<string>> LimitAsync(
        ImmutableArray<string> requested, string clientId, ImmutableArray<string> resources, CancellationToken cancellationToken)
    {
        var permissions = await FindPermissionsAsync(clientId, cancellationToken);
        return await LimitAsync([.. requested.Where(scope => IsPermitted(scope, permissions))], resources, cancellationToken);
    }

    /// <summary>Finds what a request is for: what it names, else what the client registered, else the default; and always a refresh token for who may have one.</summary>
    /// <param name="requested">What the request names, already limited.</param>
    /// <inheritdoc cref="LimitAsync(ImmutableArray{string}, string, ImmutableArray{string}, CancellationToken)" path="/param[@name!='requested']"/>
    /// <returns>The scopes that the user is asked for.</returns>
    public async ValueTask<ImmutableArray<string>> ResolveAsync(
        ImmutableArray<string> requested, string clientId, ImmutableArray<string> resources, CancellationToken cancellationToken)
    {
        var permissions = await FindPermissionsAsync(clientId, cancellationToken);
        ImmutableArray<string> registered =
        [
            .. permissions
                .Where(permission => permission.StartsWith(Permissions.Prefixes.Scope, StringComparison.Ordinal))
                .Select(permission => permission[Permissions.Prefixes.Scope.Length..]),
        ];
        var chosen = requested is not [] ? requested : registered is not [] ? registered : Default;

        // A client that may refresh gets a refresh token whether or not it knows to ask, and its scope says so; to one that
        // may not, the scope would promise what it cannot have.
        var limited = await LimitAsync([.. chosen.Where(scope => scope != Scopes.OfflineAccess)], resources, cancellationToken);
        return permissions.Contains(Permissions.GrantTypes.RefreshToken) ? limited.Add(Scopes.OfflineAccess) : limited;
    }

    private static bool IsPermitted(string scope, ImmutableArray<string> permissions) => scope switch
    {
        Scopes.OpenId => true,
        Scopes.OfflineAccess => permissions.Contains(Permissions.GrantTypes.RefreshToken),
        _ => permissions.Contains(Permissions.Prefixes.Scope + scope),
    };

    private async ValueTask<ImmutableArray<string>> LimitAsync(ImmutableArray<string> names, ImmutableArray<string> resources, CancellationToken cancellationToken)
    {
        var known = names.Where(options.CurrentValue.Scopes.Contains).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names.Where(name => !known.Contains(name)))
        {
            // Scopes may also be in the store, as any host of OpenIddict may put them there.
            if (await scopes.FindByNameAsync(name, cancellationToken) is not null)
            {
                known.Add(name);
            }
        }

        return [.. names.Where(name => known.Contains(name) && catalog.Offers(name, resources)).Distinct(StringComparer.Ordinal)];
    }

    private async ValueTask<ImmutableArray<string>> FindPermissionsAsync(string clientId, CancellationToken cancellationToken)
        => await applications.FindByClientIdAsync(clientId, cancellationToken) is { } application
            ? await applications.GetPermissionsAsync(application, cancellationToken)
            : throw new InvalidOperationException("The client was removed while its request was being handled.");
}
