using System.Collections.Immutable;

namespace Identity.Server.Tokens.Grants;

/// <summary>The resources (RFC 8707) that a token request may name.</summary>
internal static class Resources
{
    /// <summary>Finds among the resources that were granted those that a request names.</summary>
    /// <param name="granted">The resources that were granted, as they are registered.</param>
    /// <param name="requested">The resources that the request names; none stands for all.</param>
    /// <returns>The resources in their registered spelling, or <see langword="null"/> where one was never granted.</returns>
    public static ImmutableArray<string>? Narrow(ImmutableArray<string> granted, ImmutableArray<string> requested)
    {
        if (requested.IsDefaultOrEmpty)
        {
            return granted;
        }

        var found = requested.Select(resource => granted.FirstOrDefault(candidate => IsSame(candidate, resource))).Distinct().ToList();
        return found.Contains(null) ? null : [.. found!];
    }

    // As URIs, for clients spell them differently: with an upper-case host, or without the slash of the root.
    private static bool IsSame(string left, string right)
        => string.Equals(left, right, StringComparison.Ordinal)
        || (Uri.TryCreate(left, UriKind.Absolute, out var first) && Uri.TryCreate(right, UriKind.Absolute, out var second)
            && first.Fragment.Length is 0 && second.Fragment.Length is 0
            && Uri.Compare(first, second, UriComponents.AbsoluteUri, UriFormat.UriEscaped, StringComparison.Ordinal) is 0);
}
