using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.Server.ClientDocuments.Authentication;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.ClientDocuments;

/// <summary>
/// Finds what has changed in a client's document since a user agreed to it. Whoever can write the document could otherwise send the
/// answers that were agreed to elsewhere, without a question.
/// </summary>
internal sealed class DocumentConsents(Collection<DocumentConsent> consents, RequestedClients requested, TimeProvider time)
{
    private static readonly CollectionIndex<DocumentConsent> ByParties = new("parties", consent => Key(consent.ClientId, consent.Subject), unique: true);
    private static readonly CollectionIndex<DocumentConsent> ByClient = new("client", consent => consent.ClientId);

    /// <summary>The collection, for the storage directory to open.</summary>
    public static CollectionDefinition<DocumentConsent> Definition { get; } = new("document_consents")
    {
        Json = DocumentConsentJson.Default.DocumentConsent,
        Indexes = [ByParties, ByClient],
        References =
        [
            new("client", "clients", consent => consent.ClientId, index: "client id"),
            new("user", "users", consent => consent.Subject),
        ],
    };

    /// <summary>Where a client describes itself.</summary>
    /// <param name="clientId">The client.</param>
    /// <returns>The host; null for clients of other kinds.</returns>
    public string? FindHost(string clientId) => Find(clientId) is null ? null : new Uri(clientId).Authority;

    /// <summary>Names what a person would agree to, so that it can be told whether it is still the same when they do.</summary>
    /// <param name="clientId">The client.</param>
    /// <returns>The same for the same redirect URIs and keys; null for clients of other kinds.</returns>
    public string? FindVersion(string clientId)
        => Find(clientId) is { } document
            ? Base64Url.EncodeToString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
                [.. document.Metadata.RedirectUris.Order(StringComparer.Ordinal), "", .. KeysOf(document)], ClientDocumentJson.Default.StringArray)))
            : null;

    /// <summary>Whether the user has agreed to what the document says now.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="subject">The user.</param>
    /// <returns>True for clients of other kinds.</returns>
    public bool Covers(string clientId, string subject)
        => Find(clientId) is null || (consents.Contains(ByParties, Key(clientId, subject)) && FindChanges(clientId, subject) is []);

    /// <summary>Says what has changed since the user agreed.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="subject">The user.</param>
    /// <returns>Each change; none where there is none, or nothing was agreed to.</returns>
    public ImmutableArray<DocumentChange> FindChanges(string clientId, string subject)
    {
        if (Find(clientId) is not { } document || consents.FindFirst(ByParties, Key(clientId, subject)) is not { } agreed)
        {
            return [];
        }

        var redirectUris = document.Metadata.RedirectUris;
        return
        [
            .. redirectUris.Except(agreed.RedirectUris, StringComparer.Ordinal).Select(uri => new DocumentChange(DocumentChangeKind.AddressAdded, uri)),
            .. agreed.RedirectUris.Except(redirectUris, StringComparer.Ordinal).Select(uri => new DocumentChange(DocumentChangeKind.AddressRemoved, uri)),
            .. KeysOf(document).SequenceEqual(agreed.Keys, StringComparer.Ordinal) ? [] : new[] { new DocumentChange(DocumentChangeKind.OtherKeys, null) },
        ];
    }

    /// <summary>Remembers that the user agreed to what the document says now.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="subject">The user.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    /// <returns>A task that completes when it is part of the unit of work.</returns>
    public async ValueTask RememberAsync(string clientId, string subject, CancellationToken cancellationToken)
    {
        if (Find(clientId) is not { } document)
        {
            return;
        }

        var (uris, keys, now) = (document.Metadata.RedirectUris, KeysOf(document), time.GetUtcNow());
        if (consents.FindFirst(ByParties, Key(clientId, subject)) is { } known)
        {
            await consents.MutateAsync([known.Id], consent => (consent.RedirectUris, consent.Keys, consent.ConsentDate) = (uris, keys, now), cancellationToken);
            return;
        }

        try
        {
            await consents.AddAsync(new() { ClientId = clientId, Subject = subject, RedirectUris = uris, Keys = keys, ConsentDate = now }, cancellationToken);
        }
        catch (DuplicateKeyException)
        {
            // The same person, in another window, at this moment.
        }
    }

    /// <summary>Forgets what anybody has agreed to for a client that is removed.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    /// <returns>A task that completes when it is part of the unit of work.</returns>
    public async ValueTask ForgetClientAsync(string clientId, CancellationToken cancellationToken)
        => await consents.RemoveAsync([.. consents.Find(ByClient, clientId).Select(consent => consent.Id)], cancellationToken);

    private ClientDocument? Find(string clientId) => requested.Find(clientId)?.Document?.Value;

    // What is published at an address may change as its owner sees fit: that is what the address is for.
    private static ImmutableArray<string> KeysOf(ClientDocument document)
        => document.KeysAddress is { } address ? [address]
        : document.Keys is { } keys ? [.. ClientKeys.Read(keys).Keys.Select(key => Base64Url.EncodeToString(key.ComputeJwkThumbprint())).Order(StringComparer.Ordinal)]
        : [];

    // As JSON, so that no choice of client id reads as another pair.
    private static string Key(string clientId, string subject) => JsonSerializer.Serialize([clientId, subject], ClientDocumentJson.Default.StringArray);
}
