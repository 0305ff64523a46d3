using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Benchmarks.Yardsticks;

/// <summary>A token's entry in the memory of the ceiling.</summary>
internal sealed class MemoryToken : MemoryEntity
{
    public string? ApplicationId { get; set; }

    public string? AuthorizationId { get; set; }

    public DateTimeOffset? CreationDate { get; set; }

    public DateTimeOffset? ExpirationDate { get; set; }

    public string? Payload { get; set; }

    public ImmutableDictionary<string, JsonElement> Properties { get; set; } = ImmutableDictionary<string, JsonElement>.Empty;

    public DateTimeOffset? RedemptionDate { get; set; }

    public string? ReferenceId { get; set; }

    public string? Status { get; set; }

    public string? Subject { get; set; }

    public string? Type { get; set; }
}

/// <summary>OpenIddict's store over a dictionary: what a server costs that keeps nothing.</summary>
internal sealed class MemoryTokenStore : MemoryStore<MemoryToken>, IOpenIddictTokenStore<MemoryToken>
{
    private readonly ConcurrentDictionary<string, MemoryToken> _byReference = new(StringComparer.Ordinal);

    public override ValueTask CreateAsync(MemoryToken entity, CancellationToken cancellationToken)
    {
        Index(entity);
        return base.CreateAsync(entity, cancellationToken);
    }

    // Entries are given a reference after they were created, and keep it.
    public override ValueTask UpdateAsync(MemoryToken entity, CancellationToken cancellationToken)
    {
        Index(entity);
        return base.UpdateAsync(entity, cancellationToken);
    }

    public override ValueTask DeleteAsync(MemoryToken entity, CancellationToken cancellationToken)
    {
        if (entity.ReferenceId is { } reference)
        {
            _byReference.TryRemove(reference, out _);
        }

        return base.DeleteAsync(entity, cancellationToken);
    }

    public IAsyncEnumerable<MemoryToken> FindAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken)
        => FindAsync(entity => Matches(entity, subject, client, status, type));

    public IAsyncEnumerable<MemoryToken> FindByApplicationIdAsync(string identifier, CancellationToken cancellationToken)
        => FindAsync(entity => entity.ApplicationId == identifier);

    public IAsyncEnumerable<MemoryToken> FindByAuthorizationIdAsync(string identifier, CancellationToken cancellationToken)
        => FindAsync(entity => entity.AuthorizationId == identifier);

    public ValueTask<MemoryToken?> FindByReferenceIdAsync(string identifier, CancellationToken cancellationToken)
        => new(_byReference.GetValueOrDefault(identifier));

    public IAsyncEnumerable<MemoryToken> FindBySubjectAsync(string subject, CancellationToken cancellationToken)
        => FindAsync(entity => entity.Subject == subject);

    public ValueTask<long> PruneAsync(DateTimeOffset threshold, CancellationToken cancellationToken)
        => RemoveAsync(entity => entity.CreationDate < threshold && entity.Status is not (Statuses.Inactive or Statuses.Valid));

    public ValueTask<long> RevokeAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken)
        => ChangeAsync(entity => Matches(entity, subject, client, status, type), Revoke);

    public ValueTask<long> RevokeByApplicationIdAsync(string identifier, CancellationToken cancellationToken)
        => ChangeAsync(entity => entity.ApplicationId == identifier, Revoke);

    public ValueTask<long> RevokeByAuthorizationIdAsync(string identifier, CancellationToken cancellationToken)
        => ChangeAsync(entity => entity.AuthorizationId == identifier, Revoke);

    public ValueTask<long> RevokeBySubjectAsync(string subject, CancellationToken cancellationToken)
        => ChangeAsync(entity => entity.Subject == subject, Revoke);

    public ValueTask<string?> GetApplicationIdAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.ApplicationId);

    public ValueTask<string?> GetAuthorizationIdAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.AuthorizationId);

    public ValueTask<DateTimeOffset?> GetCreationDateAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.CreationDate);

    public ValueTask<DateTimeOffset?> GetExpirationDateAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.ExpirationDate);

    public ValueTask<string?> GetPayloadAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.Payload);

    public ValueTask<ImmutableDictionary<string, JsonElement>> GetPropertiesAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.Properties);

    public ValueTask<DateTimeOffset?> GetRedemptionDateAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.RedemptionDate);

    public ValueTask<string?> GetReferenceIdAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.ReferenceId);

    public ValueTask<string?> GetStatusAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.Status);

    public ValueTask<string?> GetSubjectAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.Subject);

    public ValueTask<string?> GetTypeAsync(MemoryToken entity, CancellationToken cancellationToken) => new(entity.Type);

    public ValueTask SetApplicationIdAsync(MemoryToken entity, string? value, CancellationToken cancellationToken)
    {
        entity.ApplicationId = value;
        return default;
    }

    public ValueTask SetAuthorizationIdAsync(MemoryToken entity, string? value, CancellationToken cancellationToken)
    {
        entity.AuthorizationId = value;
        return default;
    }

    public ValueTask SetCreationDateAsync(MemoryToken entity, DateTimeOffset? value, CancellationToken cancellationToken)
    {
        entity.CreationDate = value;
        return default;
    }

    public ValueTask SetExpirationDateAsync(MemoryToken entity, DateTimeOffset? value, CancellationToken cancellationToken)
    {
        entity.ExpirationDate = value;
        return default;
    }

    public ValueTask SetPayloadAsync(MemoryToken entity, string? value, CancellationToken cancellationToken)
    {
        entity.Payload = value;
        return default;
    }

    public ValueTask SetPropertiesAsync(MemoryToken entity, ImmutableDictionary<string, JsonElement> value, CancellationToken cancellationToken)
    {
        entity.Properties = value;
        return default;
    }

    public ValueTask SetRedemptionDateAsync(MemoryToken entity, DateTimeOffset? value, CancellationToken cancellationToken)
    {
        entity.RedemptionDate = value;
        return default;
    }

    public ValueTask SetReferenceIdAsync(MemoryToken entity, string? value, CancellationToken cancellationToken)
    {
        entity.ReferenceId = value;
        return default;
    }

    public ValueTask SetStatusAsync(MemoryToken entity, string? value, CancellationToken cancellationToken)
    {
        entity.Status = value;
        return default;
    }

    public ValueTask SetSubjectAsync(MemoryToken entity, string? value, CancellationToken cancellationToken)
    {
        entity.Subject = value;
        return default;
    }

    public ValueTask SetTypeAsync(MemoryToken entity, string? value, CancellationToken cancellationToken)
    {
        entity.Type = value;
        return default;
    }

    private static void Revoke(MemoryToken entity) => entity.Status = Statuses.Revoked;

    private static bool Matches(MemoryToken entity, string? subject, string? client, string? status, string? type)
        => (subject is null || entity.Subject == subject) && (client is null || entity.ApplicationId == client)
        && (status is null || entity.Status == status) && (type is null || entity.Type == type);

    private void Index(MemoryToken entity)
    {
        if (entity.ReferenceId is { } reference)
        {
            _byReference[reference] = entity;
        }
    }
}
