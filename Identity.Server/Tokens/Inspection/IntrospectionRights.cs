using System.Collections.Immutable;
using System.Security.Claims;
using System.Text.Json;
using Identity.Server.Resources;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Tokens.Inspection;

/// <summary>Decides who may look at a token at the introspection endpoint (RFC 7662).</summary>
internal sealed class IntrospectionRights(ResourceCatalog catalog, IOpenIddictApplicationManager applications)
{
    /// <summary>The property of a client that holds, as a JSON array, the resources whose tokens it may introspect.</summary>
    public const string ResourcesProperty = "introspects";

    /// <summary>Whether a client may look at a token: its own, or an access token for a resource that names the client.</summary>
    /// <param name="clientId">The client, authenticated.</param>
    /// <param name="token">The token's principal.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>Never true for a public client, whose identifier anybody may present.</returns>
    public async ValueTask<bool> CanInspectAsync(string clientId, ClaimsPrincipal token, CancellationToken cancellationToken)
    {
        if (await applications.FindByClientIdAsync(clientId, cancellationToken) is not { } application
            || !await applications.HasClientTypeAsync(application, ClientTypes.Confidential, cancellationToken))
        {
            return false;
        }

        if (token.HasPresenter(clientId))
        {
            return true;
        }

        if (!token.HasTokenType(TokenTypeIdentifiers.AccessToken))
        {
            return false;
        }

        var properties = await applications.GetPropertiesAsync(application, cancellationToken);
        return token.GetAudiences().Any(audience => catalog.IsIntrospectedBy(audience, clientId) || Names(properties, audience));
    }

    private static bool Names(ImmutableDictionary<string, JsonElement> properties, string audience)
        => properties.TryGetValue(ResourcesProperty, out var resources) && resources.ValueKind is JsonValueKind.Array
            && resources.EnumerateArray().Any(resource =>
                resource.ValueKind is JsonValueKind.String && ResourceUri.AreSame(resource.GetString()!, audience));
}
