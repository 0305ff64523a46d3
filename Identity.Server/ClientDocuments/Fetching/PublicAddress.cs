using System.Net;
using System.Net.Sockets;

namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>
/// Tells addresses of the public internet from all others: this machine, its neighbours, the provider's metadata service, and what only
/// looks like another address (IPv4 within IPv6). After IANA's registries of special-purpose addresses.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Answers to every machine of one large provider, and belongs to its inside.
            "168.63.129.16/32",
            // IPv6: protocol assignments with Teredo among them, documentation, 6to4, the AS112 project.
            "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Takes an IPv4 address out of the IPv6 address that stands for it.</summary>
    /// <param name="address">An address.</param>
    /// <returns>The address that is meant.</returns>
    public static IPAddress Unwrap(IPAddress address)
        => address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily is AddressFamily.InterNetworkV6 && Translated.Contains(address) ? new IPAddress(address.GetAddressBytes().AsSpan(12))
        : address;

    /// <summary>Whether an address is one of the public internet.</summary>
    /// <param name="address">An address.</param>
    /// <returns>False for whatever is not known to be one.</returns>
    public static bool IsPublic(IPAddress address)
    {
        var meant = Unwrap(address);
        return (meant.AddressFamily is AddressFamily.InterNetwork || (GlobalUnicast.Contains(meant) && meant.ScopeId is 0))
            && !Array.Exists(Special, network => network.Contains(meant));
    }
}
