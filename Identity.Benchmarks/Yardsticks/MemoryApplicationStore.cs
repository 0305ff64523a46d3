using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;

namespace Identity.Benchmarks.Yardsticks;

/// <summary>A client in the memory of the ceiling.</summary>
internal sealed class MemoryApplication : MemoryEntity
{
    public string? ApplicationType { get; set; }

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    public string? ClientType { get; set; }

    public string? ConsentType { get; set; }

    public string? DisplayName { get; set; }

    public ImmutableDictionary<CultureInfo, string> DisplayNames { get; set; } = ImmutableDictionary<CultureInfo, string>.Empty;

    public JsonWebKeySet? JsonWebKeySet { get; set; }

    public ImmutableArray<string> Permissions { get; set; } = [];

    public ImmutableArray<string> PostLogoutRedirectUris { get; set; } = [];

    public ImmutableDictionary<string, JsonElement> Properties { get; set; } = ImmutableDictionary<string, JsonElement>.Empty;

    public ImmutableArray<string> RedirectUris { get; set; } = [];

    public ImmutableArray<string> Requirements { get; set; } = [];

    public ImmutableDictionary<string, string> Settings { get; set; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>OpenIddict's store over a dictionary: what a server costs that keeps nothing.</summary>
internal sealed class MemoryApplicationStore : MemoryStore<MemoryApplication>, IOpenIddictApplicationStore<MemoryApplication>
{
    private readonly ConcurrentDictionary<string, MemoryApplication> _byClientId = new(StringComparer.Ordinal);

    public override ValueTask CreateAsync(MemoryApplication entity, CancellationToken cancellationToken)
    {
        _byClientId[entity.ClientId!] = entity;
        return base.CreateAsync(entity, cancellationToken);
    }

    public override ValueTask DeleteAsync(MemoryApplication entity, CancellationToken cancellationToken)
    {
        _byClientId.TryRemove(entity.ClientId!, out _);
        return base.DeleteAsync(entity, cancellationToken);
    }

    public ValueTask<MemoryApplication?> FindByClientIdAsync(string identifier, CancellationToken cancellationToken)
        => new(_byClientId.GetValueOrDefault(identifier));

    public IAsyncEnumerable<MemoryApplication> FindByPostLogoutRedirectUriAsync(string uri, CancellationToken cancellationToken)
        => FindAsync(application => application.PostLogoutRedirectUris.Contains(uri, StringComparer.Ordinal));

    public IAsyncEnumerable<MemoryApplication> FindByRedirectUriAsync(string uri, CancellationToken cancellationToken)
        => FindAsync(application => application.RedirectUris.Contains(uri, StringComparer.Ordinal));

    public ValueTask<string?> GetApplicationTypeAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.ApplicationType);

    public ValueTask<string?> GetClientIdAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.ClientId);

    public ValueTask<string?> GetClientSecretAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.ClientSecret);

    public ValueTask<string?> GetClientTypeAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.ClientType);

    public ValueTask<string?> GetConsentTypeAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.ConsentType);

    public ValueTask<string?> GetDisplayNameAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.DisplayName);

    public ValueTask<ImmutableDictionary<CultureInfo, string>> GetDisplayNamesAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.DisplayNames);

    public ValueTask<JsonWebKeySet?> GetJsonWebKeySetAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.JsonWebKeySet);

    public ValueTask<ImmutableArray<string>> GetPermissionsAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.Permissions);

    public ValueTask<ImmutableArray<string>> GetPostLogoutRedirectUrisAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.PostLogoutRedirectUris);

    public ValueTask<ImmutableDictionary<string, JsonElement>> GetPropertiesAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.Properties);

    public ValueTask<ImmutableArray<string>> GetRedirectUrisAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.RedirectUris);

    public ValueTask<ImmutableArray<string>> GetRequirementsAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.Requirements);

    public ValueTask<ImmutableDictionary<string, string>> GetSettingsAsync(MemoryApplication entity, CancellationToken cancellationToken) => new(entity.Settings);

    public ValueTask SetApplicationTypeAsync(MemoryApplication entity, string? value, CancellationToken cancellationToken)
    {
        entity.ApplicationType = value;
        return default;
    }

    public ValueTask SetClientIdAsync(MemoryApplication entity, string? value, CancellationToken cancellationToken)
    {
        entity.ClientId = value;
        return default;
    }

    public ValueTask SetClientSecretAsync(MemoryApplication entity, string? value, CancellationToken cancellationToken)
    {
        entity.ClientSecret = value;
        return default;
    }

    public ValueTask SetClientTypeAsync(MemoryApplication entity, string? value, CancellationToken cancellationToken)
    {
        entity.ClientType = value;
        return default;
    }

    public ValueTask SetConsentTypeAsync(MemoryApplication entity, string? value, CancellationToken cancellationToken)
    {
        entity.ConsentType = value;
        return default;
    }

    public ValueTask SetDisplayNameAsync(MemoryApplication entity, string? value, CancellationToken cancellationToken)
    {
        entity.DisplayName = value;
        return default;
    }

    public ValueTask SetDisplayNamesAsync(MemoryApplication entity, ImmutableDictionary<CultureInfo, string> value, CancellationToken cancellationToken)
    {
        entity.DisplayNames = value;
        return default;
    }

    public ValueTask SetJsonWebKeySetAsync(MemoryApplication entity, JsonWebKeySet? value, CancellationToken cancellationToken)
    {
        entity.JsonWebKeySet = value;
        return default;
    }

    public ValueTask SetPermissionsAsync(MemoryApplication entity, ImmutableArray<string> value, CancellationToken cancellationToken)
    {
        entity.Permissions = value;
        return default;
    }

    public ValueTask SetPostLogoutRedirectUrisAsync(MemoryApplication entity, ImmutableArray<string> value, CancellationToken cancellationToken)
    {
        entity.PostLogoutRedirectUris = value;
        return default;
    }

    public ValueTask SetPropertiesAsync(MemoryApplication entity, ImmutableDictionary<string, JsonElement> value, CancellationToken cancellationToken)
    {
        entity.Properties = value;
        return default;
    }

    public ValueTask SetRedirectUrisAsync(MemoryApplication entity, ImmutableArray<string> value, CancellationToken cancellationToken)
    {
        entity.RedirectUris = value;
        return default;
    }

    public ValueTask SetRequirementsAsync(MemoryApplication entity, ImmutableArray<string> value, CancellationToken cancellationToken)
    {
        entity.Requirements = value;
        return default;
    }

    public ValueTask SetSettingsAsync(MemoryApplication entity, ImmutableDictionary<string, string> value, CancellationToken cancellationToken)
    {
        entity.Settings = value;
        return default;
    }
}
