namespace Identity.Server.Hosting;

/// <summary>
/// Brings a request's path into the one form that everything behind it knows: without the path of the issuer, also where RFC 8414
/// inserts that after <c>/.well-known/…</c>, and without a trailing slash. Nothing is redirected: a redirect would lose a POST.
/// </summary>
internal sealed class PathMiddleware(RequestDelegate next, PathString issuerPath)
{
    private static readonly PathString[] Inserted = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

    /// <summary>Rewrites the path and goes on.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the request is answered.</returns>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (issuerPath.HasValue && !request.Path.StartsWithSegments("/health"))
        {
            if (request.Path.StartsWithSegments(issuerPath, StringComparison.Ordinal, out var rest))
            {
                (request.PathBase, request.Path) = (issuerPath, rest);
            }
            else if (Array.Find(Inserted, path => WithoutTrailingSlash(request.Path) == path + issuerPath) is { HasValue: true } wellKnown)
            {
                (request.PathBase, request.Path) = (issuerPath, wellKnown);
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }
        }

        request.Path = WithoutTrailingSlash(request.Path);
        return next(context);
    }

    private static PathString WithoutTrailingSlash(PathString path)
        => path.Value is { Length: > 1 } value && value[^1] is '/' ? new PathString(value[..^1]) : path;
}
