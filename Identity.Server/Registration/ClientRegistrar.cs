using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.Server.Clients;
using Identity.Server.Registration.InitialAccess;
using Identity.Stores.FileSystem.Storage;
using OpenIddict.Abstractions;

namespace Identity.Server.Registration;

/// <summary>
/// Makes clients of what was registered: one for all identical registrations of public clients that nobody vouched for, one of its own for
/// each other.
/// </summary>
internal sealed class ClientRegistrar(
    IOpenIddictApplicationManager applications, IInitialAccessTokens tokens, GeneratedSecrets secrets, RegistrationTurns turns, TimeProvider time)
{
    /// <summary>The property of a client that holds when it was registered, in seconds since 1970.</summary>
    public const string IssuedAtProperty = "client_id_issued_at";

    /// <summary>The property of a shared client that holds when somebody registered it last, as far as that was noted.</summary>
    public const string RegisteredAtProperty = "registered_at";

    /// <summary>The property of a client that holds the hash of what its owner manages it with.</summary>
    public const string ManagementProperty = "registration_access_token";

    private const int IdentifierSize = 16;

    /// <summary>How exactly is noted when a shared client was last registered: registering it again and again must not write each time.</summary>
    private static readonly TimeSpan Precision = TimeSpan.FromHours(1);

    /// <summary>Registers a client.</summary>
    /// <param name="metadata">What it is registered with.</param>
    /// <param name="initialAccessToken">What allows it to be registered; null where nobody vouches for it.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>What the client is told; null where the token cannot be used (any more), and nothing was registered.</returns>
    public async ValueTask<RegistrationResponse?> RegisterAsync(ClientMetadata metadata, string? initialAccessToken, CancellationToken cancellationToken)
    {
        using var turn = await turns.TakeAsync(cancellationToken);
        if (initialAccessToken is not null && !await tokens.UseAsync(initialAccessToken, cancellationToken))
        {
            return null;
        }

        var response = metadata.IsPublic() && initialAccessToken is null
            ? await ShareAsync(metadata, cancellationToken)
            : await CreateAsync(metadata, cancellationToken);

        // Seen by whoever has the next turn, and undone for both if it cannot be kept; the response waits for that.
        UnitOfWork.Current?.BeginCommit();
        return response;
    }

    private async ValueTask<RegistrationResponse> CreateAsync(ClientMetadata metadata, CancellationToken cancellationToken)
    {
        var issuedAt = time.GetUtcNow().ToUnixTimeSeconds();
        var managementToken = secrets.Create();
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdentifierSize)),
            // Nobody knows the one of a client with keys: it fills a place that must not be empty where the keys are elsewhere.
            ClientSecret = metadata.IsPublic() ? null : secrets.Create(),
        };
        descriptor.Apply(metadata);
        descriptor.Properties[IssuedAtProperty] = Json(issuedAt);
        descriptor.Properties[ManagementProperty] = JsonSerializer.SerializeToElement(secrets.Hash(managementToken)!, RegistrationJson.Default.String);
        await applications.CreateAsync(descriptor, cancellationToken);
        return new RegistrationResponse(metadata, descriptor.ClientId, issuedAt)
        {
            ClientSecret = metadata.HasSecret() ? descriptor.ClientSecret : null,
            ManagementToken = managementToken,
        };
    }

    private async ValueTask<RegistrationResponse> ShareAsync(ClientMetadata metadata, CancellationToken cancellationToken)
    {
        var shared = SharedClient.From(metadata);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var application = await applications.FindByClientIdAsync(shared.ClientId, cancellationToken);
        var descriptor = new OpenIddictApplicationDescriptor { ClientId = shared.ClientId };
        if (application is null)
        {
            descriptor.Apply(shared.Metadata);
            descriptor.Properties[IssuedAtProperty] = Json(now);
            await applications.CreateAsync(descriptor, cancellationToken);
            return new RegistrationResponse(metadata, shared.ClientId, now);
        }

        await applications.PopulateAsync(descriptor, application, cancellationToken);
        var issuedAt = descriptor.Properties[IssuedAtProperty].GetInt64();
        var registeredAt = descriptor.Properties.TryGetValue(RegisteredAtProperty, out var noted) ? noted.GetInt64() : issuedAt;
        if (now - registeredAt >= Precision.TotalSeconds)
        {
            descriptor.Properties[RegisteredAtProperty] = Json(now);
            await applications.UpdateAsync(application, descriptor, cancellationToken);
        }

        // With the ports that were asked for: what is kept allows any.
        return new RegistrationResponse(metadata, shared.ClientId, issuedAt);
    }

    private static JsonElement Json(long value) => JsonSerializer.SerializeToElement(value, RegistrationJson.Default.Int64);
}
