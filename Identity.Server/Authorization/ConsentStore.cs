using System.Collections.Immutable;
using System.Text.Json;
using Identity.Server.Resources;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.Authorization;

/// <summary>Consents in <c>consents.json</c>: one for each client, user and resource.</summary>
internal sealed class ConsentStore(Collection<Consent> consents, TimeProvider time) : IConsentStore
{
    private static readonly CollectionIndex<Consent> ByParties = new(
        "parties", consent => Key(consent.ClientId, consent.Subject, consent.Resource), unique: true);

    /// <summary>The collection, for the storage directory to open.</summary>
    public static CollectionDefinition<Consent> Definition { get; } = new("consents")
    {
        Json = ConsentJson.Default.Consent,
        Indexes = [ByParties],
        References =
        [
            new("client", "clients", consent => consent.ClientId, index: "client id"),
            new("user", "users", consent => consent.Subject),
        ],
    };

    /// <inheritdoc/>
    public bool Covers(string clientId, string subject, ImmutableArray<string> resources, ImmutableArray<string> scopes) =>
        Each(resources).All(resource =>
            consents.FindFirst(ByParties, Key(clientId, subject, resource)) is { } consent
            && scopes.All(scope => consent.Scopes.Contains(scope, StringComparer.Ordinal)));

    /// <inheritdoc/>
    public async ValueTask RememberAsync(
        string clientId, string subject, ImmutableArray<string> resources, ImmutableArray<string> scopes,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var resource in Each(resources))
        {
            if (consents.FindFirst(ByParties, Key(clientId, subject, resource)) is { } known)
            {
                // Two approvals at once both add what they agreed to; a comparison of versions would refuse one of them.
                await consents.MutateAsync([known.Id], consent => Widen(consent, scopes, now), cancellationToken);
                continue;
            }

            try
            {
                await consents.AddAsync(
                    new Consent
                    {
                        ClientId = clientId,
                        Subject = subject,
                        Resource = resource,
                        Scopes = Order(scopes),
                        ConsentDate = now,
                    },
                    cancellationToken);
            }
            catch (DuplicateKeyException)
            {
                // Another approval is recording the same at this moment. At worst this person is asked once more.
            }
        }
    }

    private static void Widen(Consent consent, ImmutableArray<string> scopes, DateTimeOffset now)
    {
        consent.Scopes = Order([.. consent.Scopes, .. scopes]);
        consent.ConsentDate = now;
    }

    private static ImmutableArray<string> Order(ImmutableArray<string> scopes) =>
        [.. scopes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static ImmutableArray<string?> Each(ImmutableArray<string> resources) => resources is [] ? [null] : [.. resources];

    // As JSON, so that no choice of client id or resource reads as another pair.
    private static string Key(string clientId, string subject, string? resource) =>
        JsonSerializer.Serialize([clientId, subject, resource is null ? string.Empty : ResourceUri.Normalize(resource)], KeyJson.Default.StringArray);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class KeyJson : System.Text.Json.Serialization.JsonSerializerContext;
