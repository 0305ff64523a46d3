using System.Collections.Immutable;
using Identity.Server.ClientDocuments;
using Identity.Server.Registration;
using Identity.Server.Resources;
using Identity.Server.Tokens;
using Identity.Server.Tokens.Connections;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Authorization.Consents;

/// <summary>Puts together what a person is asked, with a browser that comes from a client or with a device's code.</summary>
internal sealed class ConsentQuestions(
    IOpenIddictApplicationManager applications,
    IConsentStore consents,
    DocumentConsents documents,
    ConnectionRecords connections,
    ScopeText scopeText,
    ResourceCatalog catalog,
    IOptions<TokenOptions> options)
{
    // A name as long as a page would push what counts out of sight.
    private const int MaximumNameLength = 100;

    /// <summary>Shortens what a client calls itself to what a page can show.</summary>
    public static string? Shorten(string? name)
        => string.IsNullOrWhiteSpace(name) ? null : name.Length > MaximumNameLength ? name[..MaximumNameLength] + "…" : name;

    /// <summary>Finds how long a connection may last.</summary>
    /// <param name="scopes">What is asked for: only a client that can refresh stays connected.</param>
    public ConsentDurations FindDurations(ImmutableArray<string> scopes)
        => scopes.Contains(Scopes.OfflineAccess) ? ConsentDurations.Create(options.Value.ConnectionLifetime) : new(options.Value.ConnectionLifetime, []);

    /// <summary>Puts the question together.</summary>
    /// <param name="clientId">Who asks.</param>
    /// <param name="address">Where the answer goes; null for a device.</param>
    /// <param name="scopes">The scopes that are asked for.</param>
    /// <param name="resources">The resources that they are asked for.</param>
    /// <param name="subject">Who is asked.</param>
    /// <param name="cancellationToken">Ends the waiting for the stores.</param>
    public async Task<ConsentQuestion> CreateAsync(
        string clientId, ClientAddress? address, ImmutableArray<string> scopes, ImmutableArray<string> resources, string subject,
        CancellationToken cancellationToken)
    {
        var application = await applications.FindByClientIdAsync(clientId, cancellationToken)
            ?? throw new InvalidOperationException("The client was removed while its request was being handled.");
        var sentences = scopes.Zip(await scopeText.DescribeAsync(scopes, resources, cancellationToken)).ToList();
        var declined = consents.Find(clientId, subject, resources)?.Declined ?? [];
        var properties = await applications.GetPropertiesAsync(application, cancellationToken);
        return new ConsentQuestion
        {
            ClientName = Shorten(await applications.GetDisplayNameAsync(application, cancellationToken)),
            KnownAs = address is null
                ? null
                : KnownApplications.Find(clientId, address.Uri.OriginalString, await applications.GetRedirectUrisAsync(application, cancellationToken)),
            Address = address,
            FirstSeen = properties.TryGetValue(ClientRegistrar.IssuedAtProperty, out var issuedAt) && issuedAt.TryGetInt64(out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null,
            DocumentHost = documents.FindHost(clientId),
            DocumentChanges = documents.FindChanges(clientId, subject),
            Resources = [.. resources.Select(resource => (resource, catalog.FindName(resource)))],
            Required = [.. sentences.Where(pair => !ConsentScopes.IsOptional(pair.First)).Select(pair => pair.Second)],
            Optional =
            [
                .. sentences.Where(pair => ConsentScopes.IsOptional(pair.First))
                    .Select(pair => new OptionalScope(pair.First, pair.Second, !declined.Contains(pair.First, StringComparer.Ordinal))),
            ],
            Durations = FindDurations(scopes),
            IsPaused = connections.HasPaused(subject, clientId),
        };
    }
}
