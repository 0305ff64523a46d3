using System.Net;

namespace Identity.Server.Hosting;

/// <summary>The names under which a machine reaches itself.</summary>
internal static class LoopbackHost
{
    /// <summary>How loopback is spelt in addresses: each is a host name of its own to browsers and clients.</summary>
    public static readonly string[] Names = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Whether a host, as it is written in an address, is this machine and nothing else.</summary>
    /// <param name="host">A name or an address; IPv6 with or without brackets.</param>
    /// <returns>False for names other than <c>localhost</c>, whatever they resolve to.</returns>
    public static bool IsLoopback(string host)
        => string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
