using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Identity.Server.Clients;
using Identity.Server.Registration;
using Identity.Stores.FileSystem.Models;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.ClientDocuments;

/// <summary>The client that a document describes, as OpenIddict and <c>clients.json</c> know it.</summary>
internal static class ClientEntry
{
    /// <summary>The property that marks such a client, and holds the last good copy of its document.</summary>
    public const string DocumentProperty = "client_id_metadata_document";

    private const int IdentifierSize = 16;

    /// <summary>Creates the client, on no disk yet.</summary>
    /// <param name="clientId">The address of the document.</param>
    /// <param name="document">What it says.</param>
    /// <param name="applications">OpenIddict's manager.</param>
    /// <param name="cancellationToken">Not waited for anything.</param>
    /// <returns>The client, with the identifier that it will have on disk, too.</returns>
    public static async ValueTask<Application> CreateAsync(
        string clientId, RemoteDocument document, IOpenIddictApplicationManager applications, CancellationToken cancellationToken)
    {
        var application = new Application { Id = CreateIdentifier(clientId) };
        var descriptor = new OpenIddictApplicationDescriptor { ClientId = clientId };
        Describe(descriptor, document);
        await applications.PopulateAsync(application, descriptor, cancellationToken);
        return application;
    }

    /// <summary>Brings a client up to date, for one request, where the copy on disk is not the latest.</summary>
    /// <param name="application">The client.</param>
    /// <param name="document">The latest copy.</param>
    /// <param name="applications">OpenIddict's manager.</param>
    /// <param name="cancellationToken">Not waited for anything.</param>
    /// <returns>The same client.</returns>
    public static async ValueTask<Application> RenewAsync(
        Application application, RemoteDocument document, IOpenIddictApplicationManager applications, CancellationToken cancellationToken)
    {
        if (ReadDocument(application)?.FetchedAt != document.FetchedAt)
        {
            var descriptor = new OpenIddictApplicationDescriptor();
            await applications.PopulateAsync(descriptor, application, cancellationToken);
            Describe(descriptor, document);
            await applications.PopulateAsync(application, descriptor, cancellationToken);
        }

        return application;
    }

    /// <summary>Says in OpenIddict's terms what a document says.</summary>
    /// <param name="descriptor">Changed to what the document says; properties of others stay.</param>
    /// <param name="document">The document.</param>
    public static void Describe(OpenIddictApplicationDescriptor descriptor, RemoteDocument document)
    {
        var metadata = document.Value!.Metadata;
        // A device that shows a code has no page of its own on which a user could see who asks: such clients register.
        descriptor.Describe(metadata with { GrantTypes = metadata.GrantTypes.Remove(GrantTypes.DeviceCode) });
        descriptor.ClientType = document.Value.AuthenticationMethods.Contains(ClientAuthenticationMethods.None) ? ClientTypes.Public : ClientTypes.Confidential;
        descriptor.Properties[DocumentProperty] = JsonSerializer.SerializeToElement(
            new KeptDocument(document.Value, document.FetchedAt, document.FreshUntil, document.IsGone), ClientDocumentJson.Default.KeptDocument);

        // As of clients that registered themselves, so that those which nobody uses go with the others.
        descriptor.Properties.TryAdd(
            ClientRegistrar.IssuedAtProperty, JsonSerializer.SerializeToElement(document.FetchedAt.ToUnixTimeSeconds(), RegistrationJson.Default.Int64));
    }

    /// <summary>
    /// Creates the secret that OpenIddict wants of every confidential client, also of one that proves itself by keys it publishes. Nobody is
    /// told, and it is kept as a hash only.
    /// </summary>
    /// <param name="clientType">The type of the client.</param>
    /// <param name="secrets">Creates secrets.</param>
    /// <returns>Null for a public client.</returns>
    public static string? CreateSecret(string? clientType, GeneratedSecrets secrets) => clientType is ClientTypes.Confidential ? secrets.Create() : null;

    /// <summary>Reads the last good copy that is kept with a client.</summary>
    /// <param name="application">The client.</param>
    /// <returns>Null where it is a client of another kind.</returns>
    public static RemoteDocument? ReadDocument(Application application)
        => application.Properties.TryGetValue(DocumentProperty, out var element)
        && element.Deserialize(ClientDocumentJson.Default.KeptDocument) is { } kept
            ? new(kept.Document, kept.FetchedAt, kept.FreshUntil, kept.IsGone) { Size = element.GetRawText().Length }
            : null;

    // The same whenever the client is created: what began before it was on disk belongs to it afterwards.
    private static string CreateIdentifier(string clientId) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(clientId)).AsSpan(0, IdentifierSize));
}
