namespace Identity.Server.Hosting;

/// <summary>
/// Addresses that keep the spelling they were given. The issuer is compared byte by byte by clients, and <see cref="Uri"/>
/// would add a slash to a bare host.
/// </summary>
internal static class LiteralUri
{
    /// <summary>Creates an address whose <see cref="Uri.AbsoluteUri"/> is the value as given.</summary>
    /// <param name="value">An absolute address.</param>
    /// <returns>The address.</returns>
    public static Uri Create(string value) => new(value, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
