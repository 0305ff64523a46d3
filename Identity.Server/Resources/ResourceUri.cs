using Identity.Server.Hosting;

namespace Identity.Server.Resources;

/// <summary>Identifiers of resources (RFC 8707, section 2): which there may be, and when two are one.</summary>
internal static class ResourceUri
{
    /// <summary>What is allowed, in words.</summary>
    public const string Allowed = "an absolute https address, or http on localhost, without fragment and user name, of at most 2048 characters";

    private const int MaximumLength = 2_048;

    /// <summary>Says what is wrong with an identifier.</summary>
    /// <param name="value">The identifier.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? FindProblem(string? value) => value switch
    {
        null or "" => "is empty",
        { Length: > MaximumLength } => $"is longer than {MaximumLength} characters",
        // The URI parser would take away white space around it, and take letters that look like others in hosts.
        _ when !value.All(character => character is > ' ' and <= '~') => "contains characters that a URI cannot have",
        _ when value.Contains('#', StringComparison.Ordinal) => "has a fragment",
        _ when !Uri.TryCreate(value, UriKind.Absolute, out var uri) || !IsReachable(uri, value) => "is neither an https address nor http on localhost",
        _ when value.Contains('@', StringComparison.Ordinal) && new Uri(value).UserInfo.Length > 0 => "has a user name",
        _ => null,
    };

    /// <summary>Whether two identifiers name one resource, for clients spell them differently: with an upper-case host, or without the root's slash.</summary>
    /// <param name="left">One without <see cref="FindProblem">problem</see>.</param>
    /// <param name="right">Another one.</param>
    /// <returns>True when they are equal as URIs.</returns>
    public static bool AreSame(string left, string right) => string.Equals(left, right, StringComparison.Ordinal) || Normalize(left) == Normalize(right);

    /// <summary>Whether an address lies below a resource.</summary>
    /// <param name="address">The address.</param>
    /// <param name="resource">The resource.</param>
    /// <returns>True when the resource's path is the beginning of the address's, by whole segments.</returns>
    public static bool IsBelow(string address, string resource)
        => Uri.TryCreate(address, UriKind.Absolute, out var inner) && Uri.TryCreate(resource, UriKind.Absolute, out var outer)
        && outer.Query.Length is 0
        && Uri.Compare(inner, outer, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) is 0
        && inner.AbsolutePath.StartsWith(outer.AbsolutePath.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>The one spelling that all spellings of a resource have in common.</summary>
    /// <param name="value">The identifier.</param>
    /// <returns>The spelling; what is no URI stays as it is.</returns>
    public static string Normalize(string value) => Uri.TryCreate(value, UriKind.Absolute, out var uri) ? uri.AbsoluteUri : value;

    private static bool IsReachable(Uri uri, string value)
        => value.StartsWith(uri.Scheme + "://", StringComparison.OrdinalIgnoreCase) && uri.Host.Length > 0
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && LoopbackHost.IsLoopback(uri.Host)));
}
