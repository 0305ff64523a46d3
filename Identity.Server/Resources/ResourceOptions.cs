using System.ComponentModel.DataAnnotations;
using OpenIddict.Abstractions;

namespace Identity.Server.Resources;

/// <summary>
/// The resources that access tokens may be for, and the scopes there are beside OpenID Connect's: <c>Identity:Resources</c> and
/// <c>Identity:Scopes</c>.
/// </summary>
internal sealed class ResourceOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity";

    private const int MaximumNameLength = 100;

    private static readonly string[] Reserved =
        [OpenIddictConstants.Scopes.OpenId, OpenIddictConstants.Scopes.Profile, OpenIddictConstants.Scopes.Email, OpenIddictConstants.Scopes.OfflineAccess];

    /// <summary>The resources; where there are none, clients may name any.</summary>
    public List<ResourceSettings> Resources { get; set; } = [];

    /// <summary>Scopes that mean the same for every resource.</summary>
    public List<ScopeSettings> Scopes { get; set; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (index, resource) in Resources.Index())
        {
            var key = $"{nameof(Resources)}:{index}";
            if (ResourceUri.FindProblem(resource.Uri) is not null)
            {
                yield return new(ResourceUri.Allowed, [$"{key}:{nameof(resource.Uri)}"]);
            }
            else if (Resources.Take(index).Any(other => ResourceUri.FindProblem(other.Uri) is null && ResourceUri.AreSame(other.Uri, resource.Uri)))
            {
                yield return new("each resource once, upper case in the host and a slash at the root aside", [$"{key}:{nameof(resource.Uri)}"]);
            }

            if (resource.Name is { } name && (name.Length > MaximumNameLength || name.Any(char.IsControl)))
            {
                yield return new($"one line of at most {MaximumNameLength} characters", [$"{key}:{nameof(resource.Name)}"]);
            }

            if (resource.Default && Resources.Take(index).Any(other => other.Default))
            {
                yield return new("true for one resource at most", [$"{key}:{nameof(resource.Default)}"]);
            }

            foreach (var result in Validate(resource.Scopes, $"{key}:{nameof(resource.Scopes)}"))
            {
                yield return result;
            }
        }

        foreach (var result in Validate(Scopes, nameof(Scopes)))
        {
            yield return result;
        }
    }

    private static IEnumerable<ValidationResult> Validate(List<ScopeSettings> scopes, string key)
    {
        foreach (var (index, scope) in scopes.Index())
        {
            if (scope.Name is not { Length: > 0 and <= MaximumNameLength } name || !name.All(IsAllowed) || Reserved.Contains(name)
                || scopes.Take(index).Any(other => other.Name == name))
            {
                yield return new(
                    $"a name given once, of at most {MaximumNameLength} characters, without spaces, quotes and backslashes, other than {string.Join(", ", Reserved)}",
                    [$"{key}:{index}:{nameof(scope.Name)}"]);
            }
        }
    }

    // RFC 6749, section 3.3.
    private static bool IsAllowed(char character) => character is >= '!' and <= '~' and not '"' and not '\\';
}

/// <summary>A protected resource, such as an MCP server.</summary>
internal sealed class ResourceSettings
{
    /// <summary>Its identifier (RFC 8707): what clients name and tokens carry as their audience, as it is written here.</summary>
    public string Uri { get; set; } = "";

    /// <summary>What people are shown beside the identifier.</summary>
    public string? Name { get; set; }

    /// <summary>Whether tokens are for it where a client names no resource.</summary>
    public bool Default { get; set; }

    /// <summary>The scopes that exist for it, and for no other one that does not list them.</summary>
    public List<ScopeSettings> Scopes { get; set; } = [];

    /// <summary>The clients (resource servers) that may introspect tokens for it.</summary>
    public List<string> Clients { get; set; } = [];
}

/// <summary>A scope.</summary>
internal sealed class ScopeSettings
{
    /// <summary>Its name, as clients ask for it.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it allows, in a few words for the person who is asked.</summary>
    public string? Description { get; set; }
}
