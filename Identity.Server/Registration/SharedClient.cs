using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.Server.Clients;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Registration;

/// <summary>
/// The client that all identical registrations of a public client have in common. Nobody owns it, and anybody may know its identifier,
/// which follows from what it is registered with.
/// </summary>
/// <param name="ClientId">The identifier.</param>
/// <param name="Metadata">What it is registered with, for everybody who shares it: the ports of native applications are left out.</param>
internal sealed record SharedClient(string ClientId, ClientMetadata Metadata)
{
    private const int IdentifierSize = 16;

    /// <summary>Finds the client that stands for a registration.</summary>
    /// <param name="metadata">What was asked for.</param>
    /// <returns>The same client for the same metadata, loopback ports aside.</returns>
    public static SharedClient From(ClientMetadata metadata)
    {
        // Only native applications come back on any port; for a web application another port is another registration.
        var common = metadata.ApplicationType is ApplicationTypes.Native
            ? metadata with { RedirectUris = [.. metadata.RedirectUris.Select(WithoutPort).Distinct(StringComparer.Ordinal)] }
            : metadata;
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(common, RegistrationJson.Default.ClientMetadata));
        return new SharedClient(Base64Url.EncodeToString(hash.AsSpan(0, IdentifierSize)), common);
    }

    private static string WithoutPort(string uri) => LoopbackUri.TryParse(uri, out var loopback) ? $"http://{loopback.Host}{loopback.Rest}" : uri;
}
