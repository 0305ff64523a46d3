namespace Identity.Server.Hosting;

/// <summary>What a path tells about who asks: programs, which read JSON, or people, who read pages.</summary>
internal static class RequestPaths
{
    private static readonly PathString[] Pages = ["/connect/authorize", "/connect/logout"];

    /// <summary>Paths that any web page may read across origins (no cookies are involved): metadata, keys, and what clients call themselves.</summary>
    private static readonly HashSet<string> Shared = new(StringComparer.OrdinalIgnoreCase)
    {
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks",
        "/connect/register", "/connect/token", "/connect/revoke", "/connect/userinfo",
    };

    /// <summary>Whether the answer must be JSON whatever happens.</summary>
    /// <param name="path">The path of the request.</param>
    /// <returns>True for the protocol's endpoints, except those that a browser shows.</returns>
    public static bool IsForPrograms(PathString path)
        => (path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase) && !Array.Exists(Pages, page => path.StartsWithSegments(page, StringComparison.OrdinalIgnoreCase)))
        || path.StartsWithSegments("/.well-known", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether scripts of other origins may read the answer.</summary>
    /// <param name="path">The path of the request.</param>
    /// <returns>Never true for authorize, logout and the pages.</returns>
    public static bool IsShared(PathString path) => path.HasValue && Shared.Contains(path.Value);
}
