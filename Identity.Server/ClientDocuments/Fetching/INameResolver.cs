using System.Net;

namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>Finds the addresses of a host.</summary>
internal interface INameResolver
{
    /// <summary>Asks once.</summary>
    /// <param name="host">The host's name.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Its addresses.</returns>
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>Asks the system's resolver.</summary>
internal sealed class SystemNameResolver : INameResolver
{
    /// <inheritdoc/>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);
}
