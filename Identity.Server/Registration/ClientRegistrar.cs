using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Registration;

/// <summary>Makes clients of what was registered.</summary>
internal sealed class ClientRegistrar(IOpenIddictApplicationManager applications, GeneratedSecrets secrets, TimeProvider time)
{
    /// <summary>The property of a client that holds its <see cref="ClientMetadata"/>.</summary>
    public const string MetadataProperty = "registration";

    /// <summary>The property of a client that holds when it was registered, in seconds since 1970.</summary>
    public const string IssuedAtProperty = "client_id_issued_at";

    private const int IdentifierSize = 16;

    /// <summary>Registers a client.</summary>
    /// <param name="metadata">What it is registered with.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>What the client is told.</returns>
    public async ValueTask<RegistrationResponse> RegisterAsync(ClientMetadata metadata, CancellationToken cancellationToken)
    {
        var isPublic = metadata.TokenEndpointAuthMethod is ClientAuthenticationMethods.None;
        var response = new RegistrationResponse(
            metadata, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdentifierSize)), isPublic ? null : secrets.Create(), time.GetUtcNow());
        await applications.CreateAsync(Describe(metadata, response, isPublic), cancellationToken);
        return response;
    }

    private static OpenIddictApplicationDescriptor Describe(ClientMetadata metadata, RegistrationResponse response, bool isPublic)
    {
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ApplicationType = metadata.ApplicationType,
            ClientId = response.ClientId,
            ClientSecret = response.ClientSecret,
            ClientType = isPublic ? ClientTypes.Public : ClientTypes.Confidential,
            ConsentType = ConsentTypes.Explicit,
            DisplayName = metadata.ClientName,
        };

        descriptor.RedirectUris.UnionWith(metadata.RedirectUris.Select(ToUri));
        descriptor.PostLogoutRedirectUris.UnionWith((metadata.PostLogoutRedirectUris ?? []).Select(ToUri));
        descriptor.Requirements.Add(Requirements.Features.ProofKeyForCodeExchange);
        descriptor.Permissions.UnionWith(
        [
            Permissions.Endpoints.Authorization,
            Permissions.Endpoints.PushedAuthorization,
            Permissions.Endpoints.Token,
            Permissions.Endpoints.Revocation,
            Permissions.Endpoints.EndSession,
            .. metadata.GrantTypes.Select(type => Permissions.Prefixes.GrantType + type),
            .. metadata.ResponseTypes.Select(type => Permissions.Prefixes.ResponseType + type),
            .. metadata.Scope.Split(' ').Select(scope => Permissions.Prefixes.Scope + scope),
        ]);
        if (!isPublic)
        {
            // Anybody can present the identifier of a public client.
            descriptor.Permissions.Add(Permissions.Endpoints.Introspection);
        }

        descriptor.Properties[MetadataProperty] = JsonSerializer.SerializeToElement(metadata, RegistrationJson.Default.ClientMetadata);
        descriptor.Properties[IssuedAtProperty] = JsonSerializer.SerializeToElement(response.ClientIdIssuedAt, RegistrationJson.Default.Int64);
        return descriptor;
    }

    // Redirect URIs are compared character by character, so that the spelling must stay and spellings must stay apart.
    private static Uri ToUri(string uri) => new(uri, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
