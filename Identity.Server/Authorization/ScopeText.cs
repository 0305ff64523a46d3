using System.Collections.Immutable;
using System.Globalization;
using Identity.Server.Resources;
using Microsoft.Extensions.Localization;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Authorization;

/// <summary>Says in plain words what a scope allows.</summary>
internal sealed class ScopeText(ResourceCatalog catalog, IOpenIddictScopeManager scopes, IStringLocalizer<Texts> text)
{
    /// <summary>One sentence for each scope, in the order of the scopes, as the resources that they are for describe them.</summary>
    public async Task<IReadOnlyList<string>> DescribeAsync(
        ImmutableArray<string> names, ImmutableArray<string> resources, CancellationToken cancellationToken)
    {
        List<string> sentences = [];
        foreach (var name in names)
        {
            sentences.Add(name switch
            {
                Scopes.OpenId => text["Scope.OpenId"],
                Scopes.Profile => text["Scope.Profile"],
                Scopes.Email => text["Scope.Email"],
                Scopes.OfflineAccess => text["Scope.OfflineAccess"],
                _ => catalog.FindDescription(name, resources) ?? await DescribeOtherAsync(name, cancellationToken),
            });
        }

        return sentences;
    }

    private async Task<string> DescribeOtherAsync(string name, CancellationToken cancellationToken)
    {
        if (await scopes.FindByNameAsync(name, cancellationToken) is { } scope)
        {
            var culture = CultureInfo.CurrentUICulture;
            return await scopes.GetLocalizedDescriptionAsync(scope, culture, cancellationToken) is { Length: > 0 } description
                ? description
                : await scopes.GetLocalizedDisplayNameAsync(scope, culture, cancellationToken) is { Length: > 0 } display
                    ? display
                    : name;
        }

        return name;
    }
}
