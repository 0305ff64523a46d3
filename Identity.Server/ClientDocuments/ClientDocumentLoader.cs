


using Identity.Server.ClientDocuments.Fetching;
using Identity.Server.Clients;
using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.ClientDocuments;

/// <summary>Finds the client that a request names by the address of its document (OAuth Client ID Metadata Document).</summary>
internal sealed partial class ClientDocumentLoader(
    RemoteCopies<ClientDocument> copies,
    ClientDocumentAddress addresses,
    IOpenIddictApplicationManager applications,
    RequestedClients requested,
    IServiceScopeFactory scopes,
    IOptions<ClientDocumentOptions> options,
    TimeProvider time,
    ILogger<ClientDocumentLoader> logger)
{
    /// <summary>Finds the client, fetching its document where that is needed, and says what it is for this request.</summary>
    /// <param name="clientId">The identifier.</param>
    /// <param name="purpose">What the request is for.</param>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when <see cref="RequestedClients"/> knows the client, if it is one of this kind.</returns>
    public async ValueTask LoadAsync(string? clientId, ClientPurpose purpose, HttpContext context)
    {
        if (!ClientDocumentAddress.IsMeant(clientId) || requested.Find(clientId) is not null)
        {
            return;
        }

        var entry = await FindEntryAsync(clientId!, context.RequestAborted);
        if (entry is not null && ClientEntry.ReadDocument(entry) is null)
        {
            // Registered by an operator, who may choose any identifier.
            return;
        }

        requested.Set(clientId!, await FindAsync(clientId!, entry, purpose, context));
    }

    private async Task<RequestedClient> FindAsync(string clientId, Application? entry, ClientPurpose purpose, HttpContext context)
    {
        var kept = entry is null ? null : ClientEntry.ReadDocument(entry);
        var document = !options.Value.Enabled || !addresses.IsAllowed(clientId) ? kept
            // Nothing can go on that no user has agreed to, except what began a moment ago.
            : entry is null && purpose is not ClientPurpose.Begin ? copies.Find(clientId)
            : await GetAsync(clientId, kept, purpose, context);
        entry = await FindEntryAsync(clientId, context.RequestAborted);
        var isWelcome = purpose is not ClientPurpose.Begin || (options.Value.Enabled && document is not null && document.Serves(time.GetUtcNow()));
        var application = !isWelcome || document?.Value is null ? null
            : entry is null ? await ClientEntry.CreateAsync(clientId, document, applications, context.RequestAborted)
            : await ClientEntry.RenewAsync(entry, document, applications, context.RequestAborted);
        return new(application, document, entry is not null);
    }

    private Task<RemoteDocument> GetAsync(string clientId, RemoteDocument? kept, ClientPurpose purpose, HttpContext context) => copies.GetAsync(
        clientId,
        // Connections go on with what is known: they depend on no other host. A client that proves itself does so by its present keys.
        new CopyRequest<ClientDocument>(UnitOfWorkMiddleware.OriginOf(context.Connection.RemoteIpAddress), TakesStale: purpose is ClientPurpose.Continue)
        {
            Kept = kept,
            SaveAsync = copy => SaveAsync(clientId, copy),
        },
        context.RequestAborted);

    // From the store: what this request was told about the client must not come back as what is on disk.
    private async ValueTask<Application?> FindEntryAsync(string clientId, CancellationToken cancellationToken)
        => await applications.FindByClientIdAsync(clientId, cancellationToken) as Application;

    /// <summary>Brings what is on disk up to date; a client that no user has agreed to is not there, and stays so.</summary>
    private async Task SaveAsync(string clientId, RemoteDocument copy)
    {
        await using var scope = scopes.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        try
        {
            if (await manager.FindByClientIdAsync(clientId) is { } application)
            {
                var descriptor = new OpenIddictApplicationDescriptor();
                await manager.PopulateAsync(descriptor, application);
                ClientEntry.Describe(descriptor, copy);
                descriptor.ClientSecret ??= ClientEntry.CreateSecret(descriptor.ClientType, scope.ServiceProvider.GetRequiredService<GeneratedSecrets>());
                await manager.UpdateAsync(application, descriptor);
            }
        }
        catch (Exception exception) when (exception is StorageException or OpenIddictExceptions.ConcurrencyException or DuplicateKeyException)
        {
            // The copy in memory serves; the disk has an older one until the next fetch.
            LogNotKept(logger, clientId, exception);
        }
    }

    [LoggerMessage(EventId = 2411, Level = LogLevel.Warning, Message = "The new copy of {ClientId} could not be kept on disk; the one that is there stays.")]
    private static partial void LogNotKept(ILogger logger, string clientId, Exception exception);
}

/// <summary>What a request wants with a client.</summary>
internal enum ClientPurpose
{
    /// <summary>To begin a connection.</summary>
    Begin,

    /// <summary>To go on with one, or end it.</summary>
    Continue,

    /// <summary>The same, as a client that proves who it is.</summary>
    ContinueWithProof,
}
