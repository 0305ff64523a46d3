using Identity.Stores.FileSystem.Models;

namespace Identity.Server.ClientDocuments;

/// <summary>
/// The clients of a request that describe themselves, as they count for this request: among them those that no user has agreed to yet,
/// which are on no disk, and without those that may not begin anything new.
/// </summary>
internal sealed class RequestedClients
{
    private readonly Dictionary<string, RequestedClient> _clients = new(StringComparer.Ordinal);

    /// <summary>Says what a client is for the rest of the request.</summary>
    /// <param name="clientId">Its identifier.</param>
    /// <param name="client">The client.</param>
    public void Set(string clientId, RequestedClient client) => _clients[clientId] = client;

    /// <summary>Looks a client up.</summary>
    /// <param name="clientId">Its identifier.</param>
    /// <returns>Null where this request knows nothing of it beyond what is on disk.</returns>
    public RequestedClient? Find(string? clientId) => clientId is not null && _clients.TryGetValue(clientId, out var client) ? client : null;
}

/// <summary>A client that describes itself, in one request.</summary>
/// <param name="Application">The client; null where it counts as unknown.</param>
/// <param name="Document">What it says about itself; null where that is not known.</param>
/// <param name="IsKept">Whether it is on disk.</param>
internal sealed record RequestedClient(Application? Application, RemoteDocument? Document, bool IsKept);
