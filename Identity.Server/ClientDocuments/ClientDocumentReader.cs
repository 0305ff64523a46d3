using System.Collections.Immutable;
using System.Text.Json;
using Identity.Server.ClientDocuments.Authentication;
using Identity.Server.ClientDocuments.Fetching;
using Identity.Server.Registration;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.ClientDocuments;

/// <summary>Reads a document by the rules of registration, and those that documents have beside them.</summary>
internal sealed class ClientDocumentReader(ClientMetadataReader metadata, GuardedConnection connection)
{
    private static readonly ImmutableArray<string> AllowedMethods = [ClientAuthenticationMethods.None, ClientAuthenticationMethods.PrivateKeyJwt];

    /// <summary>Reads a document.</summary>
    /// <param name="address">Where it was found.</param>
    /// <param name="body">The document.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="InvalidDocumentException">It breaks a rule.</exception>
    public ClientDocument Read(string address, ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonSerializer.Deserialize(body.Span, ClientDocumentJson.Default.ClientDocumentRequest)
                ?? throw new InvalidDocumentException("it is null");
            var request = JsonSerializer.Deserialize(body.Span, RegistrationJson.Default.RegistrationRequest)!;
            return Read(address, document, request);
        }
        catch (JsonException)
        {
            throw new InvalidDocumentException("it is not one JSON object in which each member is given once and has its type");
        }
        catch (RegistrationException exception)
        {
            throw new InvalidDocumentException(exception.Message);
        }
    }

    private ClientDocument Read(string address, ClientDocumentRequest document, RegistrationRequest request)
    {
        if (!string.Equals(document.ClientId, address, StringComparison.Ordinal))
        {
            throw new InvalidDocumentException("client_id: must be the address of the document, character by character");
        }

        if (document.ClientSecret is not null || document.ClientSecretExpiresAt is not null)
        {
            throw new InvalidDocumentException("client_secret: what is published is no secret");
        }

        var methods = ReadMethods(document);
        var usesKeys = methods.Contains(ClientAuthenticationMethods.PrivateKeyJwt);
        return new ClientDocument
        {
            Metadata = metadata.Read(request with { TokenEndpointAuthMethod = ClientAuthenticationMethods.None }),
            AuthenticationMethods = methods,
            Keys = usesKeys ? ReadKeys(document) : null,
            KeysAddress = usesKeys ? ReadKeysAddress(document) : null,
        };
    }

    // Some documents name one method and, in a member of its own, the others that they know. No secret is shared with a client of this
    // kind, so that no method that needs one can be meant.
    private static ImmutableArray<string> ReadMethods(ClientDocumentRequest document)
    {
        string?[] named = [document.AuthenticationMethod, .. document.AuthenticationMethods ?? []];
        ImmutableArray<string> methods = [.. named.OfType<string>().Where(method => method.Length > 0).Distinct(StringComparer.Ordinal)];
        return methods is [] ? [ClientAuthenticationMethods.None]
            : methods.All(AllowedMethods.Contains) ? methods
            : throw new InvalidDocumentException($"token_endpoint_auth_method: must be {string.Join(" or ", AllowedMethods)}");
    }

    private static JsonElement? ReadKeys(ClientDocumentRequest document)
    {
        if (document.Keys is not { } keys)
        {
            return null;
        }

        if (document.KeysAddress is not null)
        {
            throw new InvalidDocumentException("jwks: not together with jwks_uri");
        }

        ClientKeys.Read(keys);
        return keys;
    }

    private string? ReadKeysAddress(ClientDocumentRequest document)
        => document.KeysAddress is not { } address
            ? document.Keys is not null ? null : throw new InvalidDocumentException("jwks_uri: needed for private_key_jwt, unless there is jwks")
            : KeysAddressRules.IsAllowed(address) && connection.AllowsScheme(new Uri(address)) ? address
            : throw new InvalidDocumentException("jwks_uri: must be an https address");
}
