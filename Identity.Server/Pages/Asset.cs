using System.Buffers.Text;
using System.Security.Cryptography;

namespace Identity.Server.Pages;

/// <summary>
/// A file that pages load. Most are part of the assembly, so that pages look right from wherever the server is started. Its
/// address changes with its content, so that browsers may keep it.
/// </summary>
internal sealed class Asset
{
    private readonly byte[] _content;
    private readonly string _contentType;

    /// <summary>A file of whatever content.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="contentType">What it is.</param>
    /// <param name="content">What is in it.</param>
    public Asset(string name, string contentType, byte[] content)
    {
        (Route, _content, _contentType) = ($"/{name}", content, contentType);
        Address = $"{Route}?v={Base64Url.EncodeToString(SHA256.HashData(_content).AsSpan(0, 9))}";
    }

    private Asset(string name, string contentType)
        : this(name, contentType, Load(name))
    {
    }

    /// <summary>The one stylesheet.</summary>
    public static Asset Stylesheet { get; } = new("site.css", "text/css; charset=utf-8");

    /// <summary>The icon of tabs and bookmarks.</summary>
    public static Asset Icon { get; } = new("icon.svg", "image/svg+xml");

    /// <summary>The one script, of the pages for passkeys.</summary>
    public static Asset PasskeyScript { get; } = new("passkeys.js", "text/javascript; charset=utf-8");

    /// <summary>What it is.</summary>
    public string ContentType => _contentType;

    /// <summary>Where it is served.</summary>
    public string Route { get; }

    /// <summary>Where pages find this very version.</summary>
    public string Address { get; }

    /// <summary>Answers a request for it.</summary>
    public Task WriteAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.ContentType = _contentType;
        context.Response.ContentLength = _content.Length;
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return context.Response.Body.WriteAsync(_content, context.RequestAborted).AsTask();
    }

    private static byte[] Load(string name)
    {
        using var stream = typeof(Asset).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using MemoryStream memory = new();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
