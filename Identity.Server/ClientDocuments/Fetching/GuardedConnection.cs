using System.Net;
using System.Net.Sockets;
using Identity.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>
/// Connects to a host that a stranger has named: asks for its addresses once, looks at all of them, and connects to none but those.
/// </summary>
internal sealed class GuardedConnection(INameResolver names, IOptions<ClientDocumentOptions> options, IHostEnvironment environment)
{
    private readonly IPNetwork[] _allowed = [.. options.Value.AllowedNetworks.Select(network => IPNetwork.Parse(network))];

    /// <summary>Whether an address may be fetched from: <c>https</c>; in development <c>http</c> too, where it stays on this machine.</summary>
    /// <param name="address">The address.</param>
    /// <returns>False for any other scheme.</returns>
    public bool AllowsScheme(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsOwnMachine(address.Host));

    /// <summary>Connects; for <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="ForbiddenAddressException">The host has an address that must not be reached from here.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await names.ResolveAsync(host, cancellationToken);

        // One bad address is enough: a name that has good ones beside it was made for this.
        if (addresses is [] || !Array.TrueForAll(addresses, address => Allows(host, address)))
        {
            throw new ForbiddenAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool Allows(string host, IPAddress address)
    {
        var meant = PublicAddress.Unwrap(address);
        return PublicAddress.IsPublic(address)
            || Array.Exists(_allowed, network => network.Contains(meant))
            || (IPAddress.IsLoopback(meant) && IsOwnMachine(host));
    }

    private bool IsOwnMachine(string host) => environment.IsDevelopment() && LoopbackHost.IsLoopback(host);
}

/// <summary>A host has an address that must not be reached on a stranger's behalf.</summary>
internal sealed class ForbiddenAddressException() : IOException("the host has no address, or one that is not public");
