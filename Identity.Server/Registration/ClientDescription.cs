using System.Globalization;
using System.Text.Json;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Registration;

/// <summary>What the metadata of a client means to OpenIddict: where it may be sent, what it may do, what it is called.</summary>
internal static class ClientDescription
{
    /// <summary>The property of a client that holds its <see cref="ClientMetadata"/>.</summary>
    public const string MetadataProperty = "registration";

    /// <summary>The property of a client that holds where its keys are published, if they are.</summary>
    public const string KeysUriProperty = "jwks_uri";

    /// <summary>Whether a client has no secret and no key, so that anybody can present its identifier.</summary>
    /// <param name="metadata">Its metadata.</param>
    /// <returns>True for a public client.</returns>
    public static bool IsPublic(this ClientMetadata metadata) => metadata.TokenEndpointAuthMethod is ClientAuthenticationMethods.None;

    /// <summary>Whether the server makes a secret for a client.</summary>
    /// <param name="metadata">Its metadata.</param>
    /// <returns>True where it authenticates with a secret.</returns>
    public static bool HasSecret(this ClientMetadata metadata)
        => metadata.TokenEndpointAuthMethod is ClientAuthenticationMethods.ClientSecretBasic or ClientAuthenticationMethods.ClientSecretPost;

    /// <summary>Describes a client that registered, in place of whatever described it before; its identifier and secret are not touched.</summary>
    /// <param name="descriptor">The description.</param>
    /// <param name="metadata">The metadata.</param>
    public static void Apply(this OpenIddictApplicationDescriptor descriptor, ClientMetadata metadata)
    {
        descriptor.Describe(metadata);
        descriptor.ClientType = metadata.IsPublic() ? ClientTypes.Public : ClientTypes.Confidential;
        descriptor.JsonWebKeySet = metadata.JsonWebKeySet is { } keys ? new(ClientKeyRules.Copy(keys, forSignatures: true).GetRawText()) : null;
        if (!metadata.IsPublic())
        {
            // Anybody can present the identifier of a public client.
            descriptor.Permissions.Add(Permissions.Endpoints.Introspection);
        }

        descriptor.Properties[MetadataProperty] = JsonSerializer.SerializeToElement(metadata, RegistrationJson.Default.ClientMetadata);
        descriptor.Properties.Remove(KeysUriProperty);
        if (metadata.JsonWebKeySetUri is { } uri)
        {
            descriptor.Properties[KeysUriProperty] = JsonSerializer.SerializeToElement(uri, RegistrationJson.Default.String);
        }
    }

    /// <summary>Describes a client as far as that does not depend on how it made itself known, or proves who it is.</summary>
    /// <param name="descriptor">The description.</param>
    /// <param name="metadata">The metadata.</param>
    public static void Describe(this OpenIddictApplicationDescriptor descriptor, ClientMetadata metadata)
    {
        descriptor.ApplicationType = metadata.ApplicationType;
        descriptor.ConsentType = ConsentTypes.Explicit;
        descriptor.DisplayName = metadata.ClientName;
        descriptor.DisplayNames.Clear();
        foreach (var (language, name) in LocalizedMembers.FindNames(metadata.Localized))
        {
            if (FindCulture(language) is { } culture)
            {
                descriptor.DisplayNames[culture] = name;
            }
        }

        descriptor.RedirectUris.Clear();
        descriptor.RedirectUris.UnionWith(metadata.RedirectUris.Select(ToUri));
        descriptor.PostLogoutRedirectUris.Clear();
        descriptor.PostLogoutRedirectUris.UnionWith((metadata.PostLogoutRedirectUris ?? []).Select(ToUri));
        descriptor.Requirements.Clear();
        descriptor.Requirements.Add(Requirements.Features.ProofKeyForCodeExchange);
        descriptor.Permissions.Clear();
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
        if (metadata.GrantTypes.Contains(GrantTypes.DeviceCode))
        {
            descriptor.Permissions.Add(Permissions.Endpoints.DeviceAuthorization);
        }
    }

    // Redirect URIs are compared character by character, so that the spelling must stay and spellings must stay apart.
    private static Uri ToUri(string uri) => new(uri, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static CultureInfo? FindCulture(string language)
    {
        try
        {
            return CultureInfo.GetCultureInfo(language);
        }
        catch (CultureNotFoundException)
        {
            // Told to the client as it was sent all the same; only pages cannot choose it.
            return null;
        }
    }
}
