using System.Collections.Immutable;
using System.Text.Json;
using Identity.Stores.FileSystem.Models;

namespace Identity.Stores.FileSystem.Stores;

/// <content>Getters and setters, which read and write the copy at hand and nothing else.</content>
internal sealed partial class AuthorizationStore
{
    /// <inheritdoc/>
    public ValueTask<string?> GetApplicationIdAsync(Authorization authorization, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return new(authorization.ApplicationId);
    }

    /// <summary>Sets the client; one that is not kept counts as none, as it does for OpenIddict's own stores.</summary>
    /// <inheritdoc/>
    public ValueTask SetApplicationIdAsync(Authorization authorization, string? identifier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        authorization.ApplicationId = identifier is { Length: > 0 } && _applications.Contains(identifier) ? identifier : null;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> GetCreationDateAsync(Authorization authorization, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return new(authorization.CreationDate);
    }

    /// <inheritdoc/>
    public ValueTask SetCreationDateAsync(Authorization authorization, DateTimeOffset? date, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        authorization.CreationDate = date?.ToUniversalTime();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableDictionary<string, JsonElement>> GetPropertiesAsync(Authorization authorization, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return new(authorization.Properties);
    }

    /// <inheritdoc/>
    public ValueTask SetPropertiesAsync(Authorization authorization, ImmutableDictionary<string, JsonElement> properties, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        authorization.Properties = PropertyValues.Kept(properties);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> GetScopesAsync(Authorization authorization, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return new(authorization.Scopes);
    }

    /// <inheritdoc/>
    public ValueTask SetScopesAsync(Authorization authorization, ImmutableArray<string> scopes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        authorization.Scopes = PropertyValues.Kept(scopes);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetStatusAsync(Authorization authorization, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return new(authorization.Status);
    }

    /// <inheritdoc/>
    public ValueTask SetStatusAsync(Authorization authorization, string? status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        authorization.Status = status;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetSubjectAsync(Authorization authorization, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return new(authorization.Subject);
    }

    /// <inheritdoc/>
    public ValueTask SetSubjectAsync(Authorization authorization, string? subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        authorization.Subject = subject;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetTypeAsync(Authorization authorization, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return new(authorization.Type);
    }

    /// <inheritdoc/>
    public ValueTask SetTypeAsync(Authorization authorization, string? type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        authorization.Type = type;
        return ValueTask.CompletedTask;
    }
}
