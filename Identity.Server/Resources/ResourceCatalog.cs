using System.Collections.Immutable;
using Identity.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Identity.Server.Resources;

/// <summary>
/// The resources (RFC 8707) that clients may name and the scopes that go with them: those that are configured, or any resource where none
/// is.
/// </summary>
internal sealed class ResourceCatalog(IOptions<ResourceOptions> options)
{
    private const int MaximumCount = 8;

    private readonly List<ResourceSettings> _resources = options.Value.Resources;
    private readonly List<ScopeSettings> _scopes = options.Value.Scopes;

    /// <summary>The names of all scopes that are configured.</summary>
    public IEnumerable<string> ScopeNames
        => _scopes.Concat(_resources.SelectMany(resource => resource.Scopes)).Select(scope => scope.Name).Distinct(StringComparer.Ordinal);

    /// <summary>Finds the resources that an authorization is asked for.</summary>
    /// <param name="requested">What the request names.</param>
    /// <param name="issuer">The issuer, which is no resource but by default.</param>
    /// <returns>
    /// The resources, spelt as they are configured: none stands for the issuer. Null, and the problem, where one of them is none.
    /// </returns>
    public (ImmutableArray<string>? Resources, string? Problem) Resolve(ImmutableArray<string> requested, Uri issuer)
    {
        if (requested.IsDefaultOrEmpty)
        {
            var single = _resources is [var only] ? only : _resources.Find(resource => resource.Default);
            return (single is null ? [] : [single.Uri], null);
        }

        List<string> found = [];
        foreach (var value in requested)
        {
            var (resource, problem) = Find(value, issuer);
            if (resource is null)
            {
                return (null, $"The resource parameter {problem}.");
            }

            if (!found.Exists(other => ResourceUri.AreSame(other, resource)))
            {
                found.Add(resource);
            }
        }

        return found.Count <= MaximumCount ? ([.. found], null) : (null, $"The request names more than {MaximumCount} resources.");
    }

    /// <summary>Finds the one resource that an access token is for.</summary>
    /// <param name="granted">What was granted; none stands for the issuer.</param>
    /// <param name="requested">What the token request names.</param>
    /// <param name="issuer">The issuer.</param>
    /// <returns>The audience, spelt as it was granted; null, and the problem, where there is none or more than one.</returns>
    public (string? Audience, string? Problem) SelectAudience(ImmutableArray<string> granted, ImmutableArray<string> requested, Uri issuer)
    {
        ImmutableArray<string> candidates = granted.IsDefaultOrEmpty ? [issuer.AbsoluteUri] : granted;
        if (requested.IsDefaultOrEmpty)
        {
            return candidates is [var only] ? (only, null) : (null, "The authorization is for several resources, so that the resource parameter must name one of them.");
        }

        string? audience = null;
        foreach (var value in requested)
        {
            if ((FindSame(candidates, value) ?? FindAround(granted, value, issuer)) is not { } resource)
            {
                return (null, "The resource parameter names a resource that the authorization was not given for.");
            }

            if (audience is not null && audience != resource)
            {
                return (null, "An access token is for one resource; ask for each of them with a request of its own.");
            }

            audience = resource;
        }

        return (audience, null);
    }

    /// <summary>Whether a scope means anything for at least one of some resources.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="resources">The resources; none stands for the issuer.</param>
    /// <returns>False for what is configured as a scope of other resources only.</returns>
    public bool Offers(string scope, ImmutableArray<string> resources)
        => _scopes.Exists(general => general.Name == scope)
        || (_resources.FindAll(resource => resource.Scopes.Exists(own => own.Name == scope)) is var owners
            && (owners.Count is 0 || owners.Exists(owner => resources.Any(resource => ResourceUri.AreSame(owner.Uri, resource)))));

    /// <summary>What people call a resource; null where nothing is configured.</summary>
    public string? FindName(string resource) => FindConfigured(resource)?.Name is { Length: > 0 } name ? name : null;

    /// <summary>What a scope allows, in the words of the first of some resources that describes it, or in general; null where nothing is configured.</summary>
    public string? FindDescription(string scope, ImmutableArray<string> resources)
        => resources.Select(FindConfigured).OfType<ResourceSettings>().SelectMany(resource => resource.Scopes).Concat(_scopes)
            .FirstOrDefault(settings => settings.Name == scope && !string.IsNullOrWhiteSpace(settings.Description))?.Description;

    /// <summary>Whether a client may introspect the tokens for a resource, as far as the configuration says so.</summary>
    public bool IsIntrospectedBy(string resource, string clientId)
        => FindConfigured(resource) is { } settings && settings.Clients.Contains(clientId, StringComparer.Ordinal);

    private (string? Resource, string? Problem) Find(string value, Uri issuer)
    {
        if (ResourceUri.FindProblem(value) is { } problem)
        {
            return (null, problem);
        }

        if (_resources.Count > 0)
        {
            return FindConfigured(value) is { } configured ? (configured.Uri, null) : (null, "names a resource that is not known here");
        }

        return RequestPaths.IsEndpoint(new Uri(value), issuer) ? (null, "names an endpoint of this server") : (value, null);
    }

    private ResourceSettings? FindConfigured(string value) => _resources.Find(resource => ResourceUri.AreSame(resource.Uri, value));

    /// <remarks>
    /// A client may know nothing but the address at which it calls a resource, and name that when it refreshes: the resource is then the one
    /// around it. Nothing is widened by it, for the token is for what was granted.
    /// </remarks>
    private string? FindAround(ImmutableArray<string> granted, string value, Uri issuer)
        => ResourceUri.FindProblem(value) is null && FindConfigured(value) is null && !RequestPaths.IsEndpoint(new Uri(value), issuer)
            ? granted.Where(resource => ResourceUri.IsBelow(value, resource)).MaxBy(resource => resource.Length)
            : null;

    private static string? FindSame(ImmutableArray<string> resources, string value)
        => ResourceUri.FindProblem(value) is null ? resources.FirstOrDefault(resource => ResourceUri.AreSame(resource, value)) : null;
}
