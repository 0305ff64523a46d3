using System.Net;
using Microsoft.Extensions.Options;

namespace Identity.Server.Hosting.RateLimits;

/// <summary>On whose account an address asks, and as how many addresses that one counts.</summary>
internal sealed class NetworkShares(IOptions<RateLimitOptions> options)
{
    private readonly (IPNetwork Network, int Addresses)[] _networks =
        [.. options.Value.Networks.Select(network => (IPNetwork.Parse(network.Network), network.Addresses)).OrderByDescending(network => network.Item1.PrefixLength)];

    /// <summary>Finds the account of an address.</summary>
    /// <param name="address">The address; null where there is none (a Unix socket).</param>
    /// <returns>The narrowest configured network that it is in; otherwise itself, IPv6 by /64.</returns>
    public (string Key, int Addresses) Find(IPAddress? address)
    {
        var asked = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        foreach (var (network, addresses) in _networks)
        {
            if (asked is not null && network.Contains(asked))
            {
                return (network.ToString(), addresses);
            }
        }

        return (UnitOfWorkMiddleware.OriginOf(asked) ?? "", 1);
    }
}
