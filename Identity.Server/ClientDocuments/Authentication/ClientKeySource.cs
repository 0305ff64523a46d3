using System.Text.Json;
using Identity.Server.ClientDocuments.Fetching;
using Identity.Server.Registration;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;

namespace Identity.Server.ClientDocuments.Authentication;

/// <summary>Finds the keys of a client: in its entry, in its document, or at its <c>jwks_uri</c>.</summary>
internal sealed partial class ClientKeySource(
    RemoteCopies<ClientKeys> copies, RequestedClients requested, IServiceScopeFactory scopes, TimeProvider time, ILogger<ClientKeySource> logger)
{
    /// <summary>The property of a client that holds the last good copy of what was there.</summary>
    public const string CopyProperty = "jwks_uri_copy";

    // A client that replaces its keys may be asked again at once, but not over and over by whoever names keys that it does not have.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Finds the keys.</summary>
    /// <param name="application">The client.</param>
    /// <param name="keyId">The key that is looked for, if it has a name.</param>
    /// <param name="asker">On whose behalf: an address or network.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The keys that may be meant; none where there are none, or they cannot be had.</returns>
    public async ValueTask<IEnumerable<JsonWebKey>> FindAsync(Application application, string? keyId, string? asker, CancellationToken cancellationToken)
    {
        var (own, address) = requested.Find(application.ClientId)?.Document?.Value is { } document
            ? (document.Keys, document.KeysAddress)
            : (application.JsonWebKeySet, AddressOf(application));
        if (address is null)
        {
            return own is { } set && TryRead(set) is { } keys ? keys.Find(keyId) : [];
        }

        var now = time.GetUtcNow();
        var copy = await copies.GetAsync(
            address,
            new CopyRequest<ClientKeys>(asker, TakesStale: false)
            {
                Kept = ReadKept(application, address),
                IsWanting = copy => copy.TriedAt + Pause <= now && copy.Value?.Find(keyId).Any() is not true,
                SaveAsync = copy => SaveAsync(application.ClientId!, address, copy),
            },
            cancellationToken);
        return copy.Serves(time.GetUtcNow()) ? copy.Value!.Find(keyId) : [];
    }

    // Registered by an operator, or kept by another version: rules may have been others then.
    private static ClientKeys? TryRead(JsonElement set)
    {
        try
        {
            return ClientKeys.Read(set);
        }
        catch (InvalidDocumentException)
        {
            return null;
        }
    }

    private static string? AddressOf(Application application)
        => application.Properties.TryGetValue(ClientDescription.KeysUriProperty, out var address) && address.ValueKind is JsonValueKind.String ? address.GetString() : null;

    private static RemoteKeys? ReadKept(Application application, string address)
        => application.Properties.TryGetValue(CopyProperty, out var element)
        && element.Deserialize(ClientDocumentJson.Default.KeptKeys) is { } kept && kept.Address == address && TryRead(kept.Keys) is { } keys
            ? new(keys, kept.FetchedAt, kept.FreshUntil, kept.IsGone) { Size = element.GetRawText().Length }
            : null;

    private async Task SaveAsync(string clientId, string address, RemoteKeys copy)
    {
        await using var scope = scopes.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        try
        {
            if (copy.Value is not null && await manager.FindByClientIdAsync(clientId) is { } application)
            {
                var descriptor = new OpenIddictApplicationDescriptor();
                await manager.PopulateAsync(descriptor, application);
                descriptor.Properties[CopyProperty] = JsonSerializer.SerializeToElement(
                    new KeptKeys(copy.Value.Json, address, copy.FetchedAt, copy.FreshUntil, copy.IsGone), ClientDocumentJson.Default.KeptKeys);
                await manager.UpdateAsync(application, descriptor);
            }
        }
        catch (Exception exception) when (exception is StorageException or OpenIddictExceptions.ConcurrencyException)
        {
            LogNotKept(logger, address, exception);
        }
    }

    [LoggerMessage(EventId = 2412, Level = LogLevel.Warning, Message = "The new copy of {Address} could not be kept on disk; the one that is there stays.")]
    private static partial void LogNotKept(ILogger logger, string address, Exception exception);
}
