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

    private static readonly CollectionIndex<Consent> ByClient = new("client", consent => consent.ClientId);

    private static readonly CollectionIndex<Consent> BySubject = new("subject", consent => consent.Subject);

    /// <summary>The collection, for the storage directory to open.</summary>
    public static CollectionDefinition<Consent> Definition { get; } = new("consents")
    {
        Json = ConsentJson.Default.Consent,
        Indexes = [ByParties, ByClient, BySubject],
        References =
        [
            new("client", "clients", consent => consent.ClientId, index: "client id"),
            new("user", "users", consent => consent.Subject),
        ],
    };

    /// <inheritdoc/>
    public Agreement? Find(string clientId, string subject, ImmutableArray<string> resources)
    {
        var now = time.GetUtcNow();
        var known = Each(resources).Select(resource => consents.FindFirst(ByParties, Key(clientId, subject, resource))).ToList();
        return known.Exists(consent => consent is null || consent.Until <= now)
            ? null
            : new Agreement(
                [.. known.Select(consent => consent!.Scopes.AsEnumerable()).Aggregate((left, right) => left.Intersect(right, StringComparer.Ordinal))],
                [.. known.SelectMany(consent => consent!.Declined ?? []).Distinct(StringComparer.Ordinal)],
                known.Min(consent => consent!.Until));
    }

    /// <inheritdoc/>
    public async ValueTask RememberAsync(
        string clientId, string subject, ImmutableArray<string> resources, Agreement agreement, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var resource in Each(resources))
        {
            if (consents.FindFirst(ByParties, Key(clientId, subject, resource)) is { } known)
            {
                // Two approvals at once both add what they agreed to; a comparison of versions would refuse one of them.
                await consents.MutateAsync([known.Id], consent => Widen(consent, agreement, now), cancellationToken);
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
                        Scopes = Order(agreement.Scopes),
                        Declined = agreement.Declined is [] ? null : Order(agreement.Declined),
                        Until = agreement.Until,
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

    /// <inheritdoc/>
    public async ValueTask ForgetClientAsync(string clientId, CancellationToken cancellationToken)
        => await consents.RemoveAsync(consents.Find(ByClient, clientId).Select(consent => consent.Id), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask ForgetAsync(string clientId, string subject, CancellationToken cancellationToken) => await consents.RemoveAsync(
        consents.Find(BySubject, subject).Where(consent => consent.ClientId == clientId).Select(consent => consent.Id), cancellationToken);

    // What was left out this time is no longer agreed to, whatever was before.
    private static void Widen(Consent consent, Agreement agreement, DateTimeOffset now)
    {
        consent.Scopes = Order([.. consent.Scopes.Except(agreement.Declined, StringComparer.Ordinal), .. agreement.Scopes]);
        var declined = Order([.. (consent.Declined ?? []).Except(agreement.Scopes, StringComparer.Ordinal), .. agreement.Declined]);
        consent.Declined = declined is [] ? null : declined;
        consent.Until = agreement.Until;
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
