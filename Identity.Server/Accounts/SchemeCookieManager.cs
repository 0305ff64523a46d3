using Microsoft.AspNetCore.Authentication.Cookies;

namespace Identity.Server.Accounts;

/// <summary>
/// Gives a cookie the <c>__Host-</c> prefix over HTTPS, where browsers hold it to this host and a secure connection, and
/// none over HTTP, where they would refuse it.
/// </summary>
internal sealed class SchemeCookieManager : ICookieManager
{
    private readonly ChunkingCookieManager _inner = new();

    public string? GetRequestCookie(HttpContext context, string key) => _inner.GetRequestCookie(context, Name(context, key));

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) =>
        _inner.AppendResponseCookie(context, Name(context, key), value, options);

    public void DeleteCookie(HttpContext context, string key, CookieOptions options) =>
        _inner.DeleteCookie(context, Name(context, key), options);

    private static string Name(HttpContext context, string key) => context.Request.IsHttps ? "__Host-" + key : key;
}
