using System.Collections.Immutable;
using System.Text.Json;
using Identity.Stores.FileSystem.Models;

namespace Identity.Stores.FileSystem.Stores;

/// <content>Getters and setters, which read and write the copy at hand and nothing else.</content>
internal sealed partial class TokenStore
{
    /// <inheritdoc/>
    public ValueTask<string?> GetApplicationIdAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.ApplicationId);
    }

    /// <summary>Sets the client; one that is not kept counts as none, as it does for OpenIddict's own stores.</summary>
    /// <inheritdoc/>
    public ValueTask SetApplicationIdAsync(Token token, string? identifier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.ApplicationId = identifier is { Length: > 0 } && _applications.Contains(identifier) ? identifier : null;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetAuthorizationIdAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.AuthorizationId);
    }

    /// <summary>Sets the authorization; one that is not kept counts as none, as it does for OpenIddict's own stores.</summary>
    /// <inheritdoc/>
    public ValueTask SetAuthorizationIdAsync(Token token, string? identifier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.AuthorizationId = identifier is { Length: > 0 } && _authorizations.Contains(identifier) ? identifier : null;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> GetCreationDateAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.CreationDate);
    }

    /// <inheritdoc/>
    public ValueTask SetCreationDateAsync(Token token, DateTimeOffset? date, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.CreationDate = date?.ToUniversalTime();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> GetExpirationDateAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.ExpirationDate);
    }

    /// <inheritdoc/>
    public ValueTask SetExpirationDateAsync(Token token, DateTimeOffset? date, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.ExpirationDate = date?.ToUniversalTime();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetPayloadAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.Payload);
    }

    /// <inheritdoc/>
    public ValueTask SetPayloadAsync(Token token, string? payload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.Payload = payload;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableDictionary<string, JsonElement>> GetPropertiesAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.Properties);
    }

    /// <inheritdoc/>
    public ValueTask SetPropertiesAsync(Token token, ImmutableDictionary<string, JsonElement> properties, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.Properties = PropertyValues.Kept(properties);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> GetRedemptionDateAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.RedemptionDate);
    }

    /// <inheritdoc/>
    public ValueTask SetRedemptionDateAsync(Token token, DateTimeOffset? date, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.RedemptionDate = date?.ToUniversalTime();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetReferenceIdAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.ReferenceId);
    }

    /// <inheritdoc/>
    public ValueTask SetReferenceIdAsync(Token token, string? identifier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.ReferenceId = identifier;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetStatusAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.Status);
    }

    /// <inheritdoc/>
    public ValueTask SetStatusAsync(Token token, string? status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.Status = status;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetSubjectAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.Subject);
    }

    /// <inheritdoc/>
    public ValueTask SetSubjectAsync(Token token, string? subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.Subject = subject;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetTypeAsync(Token token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(token.Type);
    }

    /// <inheritdoc/>
    public ValueTask SetTypeAsync(Token token, string? type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        token.Type = type;
        return ValueTask.CompletedTask;
    }
}
