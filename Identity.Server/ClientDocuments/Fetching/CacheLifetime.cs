using System.Net.Http.Headers;

namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>How long what was fetched counts as fresh: what its host says (RFC 9111), within bounds.</summary>
internal static class CacheLifetime
{
    /// <summary>The least, however short a time the host names: a document that is fetched at every request is a way to make requests.</summary>
    public static readonly TimeSpan Minimum = TimeSpan.FromMinutes(1);

    /// <summary>The most.</summary>
    public static readonly TimeSpan Maximum = TimeSpan.FromDays(1);

    /// <summary>Where the host says nothing.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromMinutes(5);

    /// <summary>Reads a response's headers.</summary>
    /// <param name="response">The response.</param>
    /// <returns>A time within the bounds.</returns>
    public static TimeSpan Read(HttpResponseMessage response)
    {
        var lifetime = ReadUnbounded(response.Headers, response.Content.Headers);
        return lifetime < Minimum ? Minimum : lifetime > Maximum ? Maximum : lifetime;
    }

    private static TimeSpan ReadUnbounded(HttpResponseHeaders headers, HttpContentHeaders content)
    {
        if (headers.CacheControl is { NoStore: true } or { NoCache: true })
        {
            return TimeSpan.Zero;
        }

        var lifetime = headers.CacheControl?.SharedMaxAge ?? headers.CacheControl?.MaxAge
            ?? (content.Expires is { } expires ? expires - (headers.Date ?? expires) : Default);
        return lifetime - (headers.Age ?? TimeSpan.Zero);
    }
}
