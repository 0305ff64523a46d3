using Identity.Server.Authorization;
using Identity.Server.ClientDocuments;
using Identity.Server.Tokens.Connections;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Clients;

/// <summary>OpenIddict's manager of clients, which hashes secrets by their origin and lets native applications come back on any port.</summary>
/// <typeparam name="TApplication">The entity.</typeparam>
internal sealed class ClientManager<TApplication>(
    IOpenIddictApplicationCache<TApplication> cache,
    ILogger<OpenIddictApplicationManager<TApplication>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictApplicationStore<TApplication> store,
    GeneratedSecrets secrets,
    IConsentStore consents,
    RequestedClients requested,
    DocumentConsents documentConsents,
    ConnectionRecords connections,
    StorageDirectory directory) : OpenIddictApplicationManager<TApplication>(cache, logger, options, store)
    where TApplication : class
{
    /// <inheritdoc/>
    public override ValueTask<TApplication?> FindByClientIdAsync(string identifier, CancellationToken cancellationToken = default)
        => requested.Find(identifier) is { } client
            ? ValueTask.FromResult(client.Application as TApplication)
            : base.FindByClientIdAsync(identifier, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<bool> ValidateRedirectUriAsync(TApplication application, string uri, CancellationToken cancellationToken = default)
    {
        if (LoopbackUri.TryParse(uri, out var wanted)
            && await HasApplicationTypeAsync(application, ApplicationTypes.Native, cancellationToken)
            && (await Store.GetRedirectUrisAsync(application, cancellationToken))
                .Any(candidate => LoopbackUri.TryParse(candidate, out var registered) && registered == wanted))
        {
            return true;
        }

        return await base.ValidateRedirectUriAsync(application, uri, cancellationToken);
    }

    // The connections of a client go with it in the store; so does what users have agreed to, whoever deletes it and why.
    /// <inheritdoc/>
    public override ValueTask DeleteAsync(TApplication application, CancellationToken cancellationToken = default) => directory.ExecuteAsync(
        async token =>
        {
            await base.DeleteAsync(application, token);
            if (await Store.GetClientIdAsync(application, token) is { Length: > 0 } clientId)
            {
                await consents.ForgetClientAsync(clientId, token);
                await documentConsents.ForgetClientAsync(clientId, token);
                await connections.EndClientAsync(clientId, token);
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    protected override async ValueTask<string> ObfuscateClientSecretAsync(string secret, CancellationToken cancellationToken = default)
        => secrets.Hash(secret) ?? await base.ObfuscateClientSecretAsync(secret, cancellationToken);

    /// <inheritdoc/>
    protected override ValueTask<bool> ValidateClientSecretAsync(string secret, string comparand, CancellationToken cancellationToken = default)
        => GeneratedSecrets.IsHash(comparand)
            ? ValueTask.FromResult(GeneratedSecrets.Verify(secret, comparand))
            : base.ValidateClientSecretAsync(secret, comparand, cancellationToken);
}
