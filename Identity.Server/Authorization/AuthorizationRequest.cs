using System.Collections.Immutable;
using Identity.Server.Resources;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Authorization;

/// <summary>An authorization request that OpenIddict found valid, in the terms in which a person decides about it.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="Address">Where the answer goes.</param>
/// <param name="Scopes">What will be granted.</param>
/// <param name="Resources">The resources (RFC 8707) it is meant for; empty: this server.</param>
internal sealed record AuthorizationRequest(
    string ClientId,
    ClientAddress Address,
    ImmutableArray<string> Scopes,
    ImmutableArray<string> Resources)
{
    /// <summary>Reads the request of a transaction.</summary>
    public static async Task<AuthorizationRequest> ReadAsync(
        OpenIddictServerTransaction transaction,
        ResourceCatalog catalog,
        ScopePolicy policy,
        CancellationToken cancellationToken)
    {
        // The redirect URI that was validated, which is not in the request where the client left it out.
        var validation = transaction.GetProperty<ValidateAuthorizationRequestContext>(
            typeof(ValidateAuthorizationRequestContext).FullName!);
        var request = transaction.Request!;

        var (resources, problem) = catalog.Resolve(request.GetResources(), (transaction.Options.Issuer ?? transaction.BaseUri)!);
        var granted = resources ?? throw new InvalidOperationException($"The request was found valid, but {problem}");

        return new AuthorizationRequest(
            request.ClientId!,
            new ClientAddress(new Uri(validation!.RedirectUri!)),
            await policy.ResolveAsync(request.GetScopes(), request.ClientId!, granted, cancellationToken),
            granted);
    }
}
