using System.Collections.Immutable;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Authorization;

/// <summary>An authorization request that OpenIddict found valid, in the terms in which a person decides about it.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="ClientName">What the client calls itself; a claim, nothing more.</param>
/// <param name="Address">Where the answer goes.</param>
/// <param name="Scopes">What will be granted.</param>
/// <param name="Resources">The resources (RFC 8707) it is meant for; empty: this server.</param>
internal sealed record AuthorizationRequest(
    string ClientId,
    string? ClientName,
    ClientAddress Address,
    ImmutableArray<string> Scopes,
    ImmutableArray<string> Resources)
{
    private const int MaximumNameLength = 100;

    /// <summary>What is granted where neither the request nor the client's registration names scopes (RFC 6749 §3.3).</summary>
    public static ImmutableArray<string> DefaultScopes { get; } =
        [OpenIddictConstants.Scopes.OpenId, OpenIddictConstants.Scopes.Profile, OpenIddictConstants.Scopes.Email];

    /// <summary>Reads the request of a transaction.</summary>
    public static async Task<AuthorizationRequest> ReadAsync(
        OpenIddictServerTransaction transaction, IOpenIddictApplicationManager applications, CancellationToken cancellationToken)
    {
        // The redirect URI that was validated, which is not in the request where the client left it out.
        var validation = transaction.GetProperty<ValidateAuthorizationRequestContext>(
            typeof(ValidateAuthorizationRequestContext).FullName!);
        var request = transaction.Request!;

        var application = await applications.FindByClientIdAsync(request.ClientId!, cancellationToken)
            ?? throw new InvalidOperationException("The client was removed while its request was being handled.");
        var permissions = await applications.GetPermissionsAsync(application, cancellationToken);

        return new AuthorizationRequest(
            request.ClientId!,
            Shorten(await applications.GetDisplayNameAsync(application, cancellationToken)),
            new ClientAddress(new Uri(validation!.RedirectUri!)),
            ResolveScopes(request.GetScopes(), permissions),
            [.. request.GetResources().Distinct(StringComparer.Ordinal)]);
    }

    // A name as long as a page would push what counts out of sight.
    private static string? Shorten(string? name) => name is { Length: > MaximumNameLength } ? name[..MaximumNameLength] + "…" : name;

    private static ImmutableArray<string> ResolveScopes(ImmutableArray<string> requested, ImmutableArray<string> permissions)
    {
        ImmutableArray<string> registered =
        [
            .. permissions
                .Where(permission => permission.StartsWith(Permissions.Prefixes.Scope, StringComparison.Ordinal))
                .Select(permission => permission[Permissions.Prefixes.Scope.Length..]),
        ];
        var scopes = requested is not [] ? requested : registered is not [] ? registered : DefaultScopes;

        // A client that may refresh gets a refresh token whether or not it knows to ask, and its scope says so; to one that
        // may not, the scope would promise what it cannot have.
        var mayRefresh = permissions.Contains(Permissions.GrantTypes.RefreshToken);
        return
        [
            .. scopes
                .Where(scope => scope != OpenIddictConstants.Scopes.OfflineAccess)
                .Concat(mayRefresh ? [OpenIddictConstants.Scopes.OfflineAccess] : [])
                .Distinct(StringComparer.Ordinal),
        ];
    }
}
