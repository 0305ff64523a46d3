using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Identity.Server.Hosting;

/// <summary>Settings of the server as a whole: section <c>Identity</c>. Each feature has a section of its own below it.</summary>
internal sealed class IdentityServerOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity";

    /// <summary>
    /// The public address, without a trailing slash: <c>https</c>, or <c>http</c> on a loopback host. Without it the server
    /// listens on loopback only and each loopback address is its own issuer.
    /// </summary>
    public string? Issuer { get; set; }

    /// <summary>Where the files are: absolute, or relative to the current directory.</summary>
    [Required(ErrorMessage = "the path of a directory on a local disk")]
    public string StorageDirectory { get; set; } = ".oauth_data";

    /// <summary>Addresses (<c>192.0.2.1</c>) and networks (<c>192.0.2.0/24</c>) of the reverse proxies whose forwarded headers count.</summary>
    public List<string> Proxies { get; set; } = [];

    /// <summary>The issuer as every document and token has it: without a trailing slash, to the byte.</summary>
    /// <returns>Null when there is none.</returns>
    public Uri? GetIssuer() => string.IsNullOrWhiteSpace(Issuer) ? null : LiteralUri.Create(Issuer.TrimEnd('/'));

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrWhiteSpace(Issuer) && !IsAllowedIssuer(Issuer))
        {
            yield return new(
                "an https address without query, fragment or user name, in lower case, such as https://id.example.com (http only on localhost)", [nameof(Issuer)]);
        }

        foreach (var (index, proxy) in Proxies.Index())
        {
            if (!IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
            {
                yield return new("an IP address or a network, such as 192.0.2.1 or 192.0.2.0/24", [$"{nameof(Proxies)}:{index}"]);
            }
        }
    }

    private static bool IsAllowedIssuer(string value)
        => Uri.TryCreate(value, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && LoopbackHost.IsLoopback(uri.Host)))
        && uri is { Query: "", Fragment: "", UserInfo: "" }
        // Clients compare the issuer byte by byte: a spelling that the URI parser would change could not be the same everywhere.
        && value.TrimEnd('/') == uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');
}
