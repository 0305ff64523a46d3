namespace Identity.Server.Hosting;

/// <summary>From where a request came, for people to read.</summary>
internal static class RemoteAddress
{
    /// <summary>Writes the address.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The client's address, after proxies that count; null where there is none (a Unix socket).</returns>
    public static string? Of(HttpContext? context) => context?.Connection.RemoteIpAddress is not { } address ? null
        : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
