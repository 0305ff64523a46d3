using System.Collections.Immutable;
using System.Text.Json;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Benchmarks.Yardsticks;

/// <summary>An authorization in the memory of the ceiling.</summary>
internal sealed class MemoryAuthorization : MemoryEntity
{
    public string? ApplicationId { get; set; }

    public DateTimeOffset? CreationDate { get; set; }

    public ImmutableDictionary<string, JsonElement> Properties { get; set; } = ImmutableDictionary<string, JsonElement>.Empty;

    public ImmutableArray<string> Scopes { get; set; } = [];

    public string? Status { get; set; }

    public string? Subject { get; set; }

    public string? Type { get; set; }
}

/// <summary>OpenIddict's store over a dictionary: what a server costs that keeps nothing.</summary>
internal sealed class MemoryAuthorizationStore : MemoryStore<MemoryAuthorization>, IOpenIddictAuthorizationStore<MemoryAuthorization>
{
    public IAsyncEnumerable<MemoryAuthorization> FindAsync(
        string? subject, string? client, string? status, string? type, ImmutableArray<string>? scopes, CancellationToken cancellationToken)
        => FindAsync(entity => Matches(entity, subject, client, status, type) && (scopes ?? []).All(scope => entity.Scopes.Contains(scope)));

    public IAsyncEnumerable<MemoryAuthorization> FindByApplicationIdAsync(string identifier, CancellationToken cancellationToken)
        => FindAsync(entity => entity.ApplicationId == identifier);

    public IAsyncEnumerable<MemoryAuthorization> FindBySubjectAsync(string subject, CancellationToken cancellationToken)
        => FindAsync(entity => entity.Subject == subject);

    public ValueTask<long> PruneAsync(DateTimeOffset threshold, CancellationToken cancellationToken)
        => RemoveAsync(entity => entity.CreationDate < threshold && entity.Status != Statuses.Valid);

    public ValueTask<long> RevokeAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken)
        => ChangeAsync(entity => Matches(entity, subject, client, status, type), Revoke);

    public ValueTask<long> RevokeByApplicationIdAsync(string identifier, CancellationToken cancellationToken)
        => ChangeAsync(entity => entity.ApplicationId == identifier, Revoke);

    public ValueTask<long> RevokeBySubjectAsync(string subject, CancellationToken cancellationToken)
        => ChangeAsync(entity => entity.Subject == subject, Revoke);

    public ValueTask<string?> GetApplicationIdAsync(MemoryAuthorization entity, CancellationToken cancellationToken) => new(entity.ApplicationId);

    public ValueTask<DateTimeOffset?> GetCreationDateAsync(MemoryAuthorization entity, CancellationToken cancellationToken) => new(entity.CreationDate);

    public ValueTask<ImmutableDictionary<string, JsonElement>> GetPropertiesAsync(MemoryAuthorization entity, CancellationToken cancellationToken) => new(entity.Properties);

    public ValueTask<ImmutableArray<string>> GetScopesAsync(MemoryAuthorization entity, CancellationToken cancellationToken) => new(entity.Scopes);

    public ValueTask<string?> GetStatusAsync(MemoryAuthorization entity, CancellationToken cancellationToken) => new(entity.Status);

    public ValueTask<string?> GetSubjectAsync(MemoryAuthorization entity, CancellationToken cancellationToken) => new(entity.Subject);

    public ValueTask<string?> GetTypeAsync(MemoryAuthorization entity, CancellationToken cancellationToken) => new(entity.Type);

    public ValueTask SetApplicationIdAsync(MemoryAuthorization entity, string? value, CancellationToken cancellationToken)
    {
        entity.ApplicationId = value;
        return default;
    }

    public ValueTask SetCreationDateAsync(MemoryAuthorization entity, DateTimeOffset? value, CancellationToken cancellationToken)
    {
        entity.CreationDate = value;
        return default;
    }

    public ValueTask SetPropertiesAsync(MemoryAuthorization entity, ImmutableDictionary<string, JsonElement> value, CancellationToken cancellationToken)
    {
        entity.Properties = value;
        return default;
    }

    public ValueTask SetScopesAsync(MemoryAuthorization entity, ImmutableArray<string> value, CancellationToken cancellationToken)
    {
        entity.Scopes = value;
        return default;
    }

    public ValueTask SetStatusAsync(MemoryAuthorization entity, string? value, CancellationToken cancellationToken)
    {
        entity.Status = value;
        return default;
    }

    public ValueTask SetSubjectAsync(MemoryAuthorization entity, string? value, CancellationToken cancellationToken)
    {
        entity.Subject = value;
        return default;
    }

    public ValueTask SetTypeAsync(MemoryAuthorization entity, string? value, CancellationToken cancellationToken)
    {
        entity.Type = value;
        return default;
    }

    private static void Revoke(MemoryAuthorization entity) => entity.Status = Statuses.Revoked;

    private static bool Matches(MemoryAuthorization entity, string? subject, string? client, string? status, string? type)
        => (subject is null || entity.Subject == subject) && (client is null || entity.ApplicationId == client)
        && (status is null || entity.Status == status) && (type is null || entity.Type == type);
}
