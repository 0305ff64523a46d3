using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.Server.Clients;
using Identity.Server.Resources;
using Identity.Server.Tokens.Inspection;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Registration;

/// <summary>Creates clients on behalf of an administrator: by the rules of registration, and never removed as unused.</summary>
internal sealed class ClientCreator(IOpenIddictApplicationManager applications, ClientMetadataReader reader, GeneratedSecrets secrets)
{
    private const int IdentifierSize = 16;

    /// <summary>Creates a client.</summary>
    /// <param name="name">What people see.</param>
    /// <param name="redirectUris">Where it receives authorization responses; none for a resource server.</param>
    /// <param name="introspects">The resources whose tokens it may look at.</param>
    /// <param name="isPublic">Whether it cannot keep a secret.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>Its identifier, and its secret if it has one.</returns>
    /// <exception cref="RegistrationException">A rule stands against it.</exception>
    public async ValueTask<(string Id, string? Secret)> CreateAsync(
        string name, string[] redirectUris, string[] introspects, bool isPublic, CancellationToken cancellationToken)
    {
        if (redirectUris is [] && introspects is [])
        {
            throw RegistrationException.InvalidRedirectUri("A client needs a --redirect-uri, or a resource that it --introspects");
        }

        if (isPublic && introspects is not [])
        {
            throw RegistrationException.InvalidClientMetadata("--introspects: anybody can present the identifier of a public client; leave --public out");
        }

        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdentifierSize)),
            ClientSecret = isPublic ? null : secrets.Create(),
        };
        if (redirectUris is not [])
        {
            descriptor.Apply(reader.Read(new RegistrationRequest
            {
                ClientName = name,
                RedirectUris = redirectUris,
                TokenEndpointAuthMethod = isPublic ? ClientAuthenticationMethods.None : ClientAuthenticationMethods.ClientSecretBasic,
            }));
        }
        else
        {
            descriptor.ClientType = ClientTypes.Confidential;
            descriptor.DisplayName = name;
            descriptor.Permissions.Add(Permissions.Endpoints.Introspection);
        }

        if (introspects is not [])
        {
            descriptor.Properties[IntrospectionRights.ResourcesProperty] = JsonSerializer.SerializeToElement([.. introspects.Select(CheckResource)], RegistrationJson.Default.StringArray);
        }

        await applications.CreateAsync(descriptor, cancellationToken);
        return (descriptor.ClientId, descriptor.ClientSecret);
    }

    private static string CheckResource(string resource) => ResourceUri.FindProblem(resource) is { } problem
        ? throw RegistrationException.InvalidClientMetadata($"--introspects: '{resource}' {problem}; it must be {ResourceUri.Allowed}")
        : resource;
}
