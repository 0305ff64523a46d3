using System.Collections.Immutable;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Authorization.Consents;

/// <summary>Which scopes go with every connection, and which a person can leave out.</summary>
internal static class ConsentScopes
{
    /// <summary>Whether a scope can be left out.</summary>
    /// <param name="scope">The scope.</param>
    /// <returns>
    /// False for <c>openid</c>, without which a client that asked for it does not know whom it got, and for <c>offline_access</c>, in
    /// whose place the person chooses how long the connection lasts.
    /// </returns>
    public static bool IsOptional(string scope) => scope is not (Scopes.OpenId or Scopes.OfflineAccess);

    /// <summary>Parts what was asked for by what the person ticked.</summary>
    /// <param name="asked">What was asked for.</param>
    /// <param name="ticked">What was ticked.</param>
    /// <returns>What is granted and what is not, in the order in which it was asked for; null where more was ticked than asked for.</returns>
    public static (ImmutableArray<string> Granted, ImmutableArray<string> Declined)? Part(ImmutableArray<string> asked, IReadOnlyCollection<string?> ticked)
        => ticked.All(scope => scope is not null && asked.Contains(scope, StringComparer.Ordinal))
            ? ([.. asked.Where(scope => !IsOptional(scope) || ticked.Contains(scope))], [.. asked.Where(scope => IsOptional(scope) && !ticked.Contains(scope))])
            : null;
}
