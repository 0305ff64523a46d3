using System.Text.Json;
using Identity.Server.Authorization;
using Identity.Server.Clients;
using Identity.Server.Registration.Statements;
using OpenIddict.Abstractions;

namespace Identity.Server.Registration.Management;

/// <summary>Clients that have an owner: whoever holds the token that the registration was answered with, the latest one.</summary>
internal sealed class ManagedClients(
    IOpenIddictApplicationManager applications, ClientMetadataReader reader, SoftwareStatements statements, GeneratedSecrets secrets, IConsentStore consents)
{
    // Compared with where there is no other hash, so that a client that is not there takes as long as a wrong token.
    private static readonly string NoHash = GeneratedSecrets.Compute("");

    /// <summary>Finds a client for its owner.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="token">What the request carries.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>The client; null where there is none, it has no owner, or this is not its token.</returns>
    public async ValueTask<object?> FindAsync(string clientId, string? token, CancellationToken cancellationToken)
    {
        var application = await applications.FindByClientIdAsync(clientId, cancellationToken);
        var hash = application is not null
            && (await applications.GetPropertiesAsync(application, cancellationToken)).TryGetValue(ClientRegistrar.ManagementProperty, out var kept) ? kept.GetString() : null;
        return GeneratedSecrets.Verify(token ?? "", hash ?? NoHash) && hash is not null ? application : null;
    }

    /// <summary>Tells what a client is registered with.</summary>
    /// <param name="application">The client.</param>
    /// <param name="token">Its token, which is told back to it.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>What it is registered with; no secret, of which only a hash is kept.</returns>
    public async ValueTask<RegistrationResponse> ReadAsync(object application, string token, CancellationToken cancellationToken)
    {
        var descriptor = await DescribeAsync(application, cancellationToken);
        return new RegistrationResponse(MetadataOf(descriptor), descriptor.ClientId!, IssuedAtOf(descriptor)) { ManagementToken = token };
    }

    /// <summary>Registers a client anew in its place, with another token. What it left out is not kept.</summary>
    /// <param name="application">The client.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>What it is registered with, and its new token; a secret where it has got one that it did not have.</returns>
    /// <exception cref="RegistrationException">The request breaks a rule; nothing was changed.</exception>
    /// <exception cref="OpenIddictExceptions.ConcurrencyException">Another request changed or deleted the client meanwhile.</exception>
    public async ValueTask<RegistrationResponse> UpdateAsync(object application, UpdateRequest request, CancellationToken cancellationToken)
    {
        var descriptor = await DescribeAsync(application, cancellationToken);
        Check(request, descriptor);
        if (!string.IsNullOrEmpty(request.ClientSecret)
            && !(MetadataOf(descriptor).HasSecret() && await applications.ValidateClientSecretAsync(application, request.ClientSecret, cancellationToken)))
        {
            throw RegistrationException.InvalidClientMetadata("client_secret: must be the one that the client has, or be left out; it cannot be chosen");
        }

        var metadata = reader.Read(await statements.ApplyAsync(request));
        var former = MetadataOf(descriptor);
        var keepsSecret = metadata.HasSecret() && former.HasSecret();
        if (!keepsSecret)
        {
            descriptor.ClientSecret = metadata.IsPublic() ? null : secrets.Create();
        }

        var token = secrets.Create();
        descriptor.Apply(metadata);
        descriptor.Properties[ClientRegistrar.ManagementProperty] = JsonSerializer.SerializeToElement(secrets.Hash(token)!, RegistrationJson.Default.String);
        await applications.UpdateAsync(application, descriptor, cancellationToken);
        if (metadata.RedirectUris.Except(former.RedirectUris, StringComparer.Ordinal).Any())
        {
            // People agreed that answers go where the question said. They are asked again, as they are when a document changes.
            await consents.ForgetClientAsync(descriptor.ClientId!, cancellationToken);
        }

        return new RegistrationResponse(metadata, descriptor.ClientId!, IssuedAtOf(descriptor))
        {
            ClientSecret = metadata.HasSecret() && !keepsSecret ? descriptor.ClientSecret : null,
            ManagementToken = token,
        };
    }

    /// <summary>Deletes a client, and with it everything that belongs to it.</summary>
    /// <param name="application">The client.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>A task that completes when it is deleted.</returns>
    /// <exception cref="OpenIddictExceptions.ConcurrencyException">Another request changed or deleted the client meanwhile.</exception>
    public ValueTask DeleteAsync(object application, CancellationToken cancellationToken) => applications.DeleteAsync(application, cancellationToken);

    private static void Check(UpdateRequest request, OpenIddictApplicationDescriptor descriptor)
    {
        if (request.ClientId != descriptor.ClientId)
        {
            throw RegistrationException.InvalidClientMetadata("client_id: must be given, and be that of the client");
        }

        (string Member, JsonElement? Value)[] forbidden =
        [
            ("registration_access_token", request.ManagementToken),
            ("registration_client_uri", request.ManagementUri),
            ("client_secret_expires_at", request.ClientSecretExpiresAt),
            ("client_id_issued_at", request.ClientIdIssuedAt),
        ];
        if (Array.Find(forbidden, member => member.Value is not null) is { Member: { } name })
        {
            throw RegistrationException.InvalidClientMetadata($"{name}: must not be sent");
        }
    }

    private async ValueTask<OpenIddictApplicationDescriptor> DescribeAsync(object application, CancellationToken cancellationToken)
    {
        var descriptor = new OpenIddictApplicationDescriptor();
        await applications.PopulateAsync(descriptor, application, cancellationToken);
        return descriptor;
    }

    private static ClientMetadata MetadataOf(OpenIddictApplicationDescriptor descriptor)
        => descriptor.Properties[ClientDescription.MetadataProperty].Deserialize(RegistrationJson.Default.ClientMetadata)!;

    private static long IssuedAtOf(OpenIddictApplicationDescriptor descriptor) => descriptor.Properties[ClientRegistrar.IssuedAtProperty].GetInt64();
}
