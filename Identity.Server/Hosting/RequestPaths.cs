namespace Identity.Server.Hosting;

/// <summary>What a path tells about who asks: programs, which read JSON, or people, who read pages.</summary>
internal static class RequestPaths
{
    private static readonly PathString[] Pages = ["/connect/authorize", "/connect/logout"];

    private static readonly PathString[] Own = ["/connect", "/.well-known", "/account", "/administration", "/connections", "/device", "/health", "/error"];

    /// <summary>Paths that any web page may read across origins (no cookies are involved): metadata, keys, and what clients call themselves.</summary>
    private static readonly HashSet<string> Shared = new(StringComparer.OrdinalIgnoreCase)
    {
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks",
        "/connect/register", "/connect/token", "/connect/revoke", "/connect/userinfo", "/connect/device",
    };

    /// <summary>Whether the answer must be JSON whatever happens.</summary>
    /// <param name="path">The path of the request.</param>
    /// <returns>True for the protocol's endpoints, except those that a browser shows.</returns>
    public static bool IsForPrograms(PathString path)
        => (path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase) && !Array.Exists(Pages, page => path.StartsWithSegments(page, StringComparison.OrdinalIgnoreCase)))
        || path.StartsWithSegments("/.well-known", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the answer is for who asks, and for no cache.</summary>
    /// <param name="path">The path of the request.</param>
    /// <returns>True for the protocol's endpoints, metadata and keys aside.</returns>
    public static bool IsPersonal(PathString path) => path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an address belongs to the server itself, whatever there is at present.</summary>
    /// <param name="address">The address.</param>
    /// <param name="issuer">The issuer.</param>
    /// <returns>True below the paths that endpoints and pages have; false for the issuer, and for what a proxy may serve beside it.</returns>
    public static bool IsEndpoint(Uri address, Uri issuer)
    {
        var (authority, path) = (new Uri(issuer.AbsoluteUri), new PathString(Uri.UnescapeDataString(address.AbsolutePath)));
        return Uri.Compare(address, authority, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) is 0
            && path.StartsWithSegments(new PathString(authority.AbsolutePath.TrimEnd('/')), StringComparison.OrdinalIgnoreCase, out var rest)
            && Array.Exists(Own, own => rest.StartsWithSegments(own, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether scripts of other origins may read the answer.</summary>
    /// <param name="path">The path of the request.</param>
    /// <returns>Never true for authorize, logout and the pages.</returns>
    public static bool IsShared(PathString path) => path.HasValue && Shared.Contains(path.Value);
}
