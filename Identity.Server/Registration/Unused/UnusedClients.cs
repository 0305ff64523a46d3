using System.Collections.Immutable;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;
using OpenIddict.Abstractions;

namespace Identity.Server.Registration.Unused;

/// <summary>
/// Removes clients that registered themselves and are not used: those that never completed an authorization, and those that have not had
/// a connection for long. Those that an administrator created stay.
/// </summary>
/// <remarks>
/// That a client is used is noted here, and at most once a day, by the connections that it has: it must run before those that have ended
/// are pruned. So it costs nothing where tokens are issued.
/// </remarks>
internal sealed partial class UnusedClients(
    IOpenIddictApplicationManager applications,
    IOpenIddictAuthorizationManager authorizations,
    RegistrationTurns turns,
    StorageDirectory directory,
    TimeProvider time,
    ILogger<UnusedClients> logger)
{
    /// <summary>How many clients that never completed an authorization are kept; beyond that the oldest go.</summary>
    public const int MaximumNeverUsed = 10_000;

    /// <summary>The property of a client that holds when it last had a connection, in seconds since 1970.</summary>
    public const string UsedAtProperty = "used_at";

    /// <summary>How many clients change at once, as one change: registrations come in between.</summary>
    private const int AtOnce = 64;

    private static readonly TimeSpan Precision = TimeSpan.FromDays(1);

    /// <summary>How long a client is kept that never completed an authorization, counted from when it was registered last.</summary>
    public static TimeSpan NeverUsedLifetime { get; } = TimeSpan.FromHours(48);

    /// <summary>How long a client is kept that has no connection any more.</summary>
    public static TimeSpan IdleLifetime { get; } = TimeSpan.FromDays(90);

    /// <summary>Removes them once.</summary>
    /// <param name="cancellationToken">Ends the run; what was removed until then stays removed.</param>
    /// <returns>How many were removed.</returns>
    public async Task<int> RemoveAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        List<string> used = [], unused = [];
        List<Client> neverUsed = [];
        await foreach (var application in applications.ListAsync(cancellationToken: cancellationToken))
        {
            if (await ReadAsync(application, cancellationToken) is not { } client || now - client.UsedAt < Precision)
            {
                continue;
            }

            if (await HasConnectionAsync(client.Id, cancellationToken))
            {
                used.Add(client.Id);
            }
            else if (IsOver(client, now))
            {
                unused.Add(client.Id);
            }
            else if (client.UsedAt is null)
            {
                neverUsed.Add(client);
            }
        }

        var tooMany = neverUsed.OrderByDescending(client => client.RegisteredAt).Skip(MaximumNeverUsed).ToDictionary(client => client.Id, StringComparer.Ordinal);
        unused.AddRange(tooMany.Keys);
        await ForEachAsync(used, NoteAsync, cancellationToken);
        var removed = await ForEachAsync(unused, RemoveAsync, cancellationToken);
        LogRemoved(logger, removed);
        return removed;

        async ValueTask<bool> NoteAsync(object application, CancellationToken token)
        {
            var descriptor = new OpenIddictApplicationDescriptor();
            await applications.PopulateAsync(descriptor, application, token);
            descriptor.Properties[UsedAtProperty] = JsonSerializer.SerializeToElement(now.ToUnixTimeSeconds(), RegistrationJson.Default.Int64);
            await applications.UpdateAsync(application, descriptor, token);
            return true;
        }

        async ValueTask<bool> RemoveAsync(object application, CancellationToken token)
        {
            // Looked at again: it may have been registered or used since.
            var known = (await ReadAsync(application, token))!;
            if (await HasConnectionAsync(known.Id, token) || (tooMany.TryGetValue(known.Id, out var seen) ? seen != known : !IsOver(known, now)))
            {
                return false;
            }

            await applications.DeleteAsync(application, token);
            return true;
        }
    }

    private static bool IsOver(Client client, DateTimeOffset now)
        => client.UsedAt is { } usedAt ? now - usedAt >= IdleLifetime : now - client.RegisteredAt >= NeverUsedLifetime;

    private async ValueTask<int> ForEachAsync(List<string> ids, Func<object, CancellationToken, ValueTask<bool>> change, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var chunk in ids.Chunk(AtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var turn = await turns.TakeAsync(cancellationToken);
            try
            {
                count += await directory.ExecuteAsync(token => ChangeAsync(chunk, change, token), cancellationToken);
            }
            catch (Exception exception) when (exception is OpenIddictExceptions.ConcurrencyException or ConcurrencyConflictException)
            {
                // An owner changed or deleted one of them at this moment; the others are there at the next run.
                LogConflict(logger, exception);
            }
        }

        return count;
    }

    private async ValueTask<int> ChangeAsync(string[] ids, Func<object, CancellationToken, ValueTask<bool>> change, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var id in ids)
        {
            count += await applications.FindByIdAsync(id, cancellationToken) is { } application && await change(application, cancellationToken) ? 1 : 0;
        }

        return count;
    }

    private async ValueTask<bool> HasConnectionAsync(string id, CancellationToken cancellationToken)
    {
        await foreach (var _ in authorizations.FindByApplicationIdAsync(id, cancellationToken))
        {
            return true;
        }

        return false;
    }

    /// <returns>Null for a client that did not register itself.</returns>
    private async ValueTask<Client?> ReadAsync(object application, CancellationToken cancellationToken)
    {
        var properties = await applications.GetPropertiesAsync(application, cancellationToken);
        return Find(properties, ClientRegistrar.IssuedAtProperty) is { } issuedAt
            ? new Client(
                (await applications.GetIdAsync(application, cancellationToken))!,
                Find(properties, ClientRegistrar.RegisteredAtProperty) ?? issuedAt,
                Find(properties, UsedAtProperty))
            : null;
    }

    private static DateTimeOffset? Find(ImmutableDictionary<string, JsonElement> properties, string name)
        => properties.TryGetValue(name, out var value) && value.TryGetInt64(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    [LoggerMessage(EventId = 2301, Level = LogLevel.Information, Message = "Removed {Clients} clients that had registered themselves and were not used.")]
    private static partial void LogRemoved(ILogger logger, int clients);

    [LoggerMessage(EventId = 2302, Level = LogLevel.Information, Message = "Some clients that are not used were being changed at the same moment; they stay until the next run.")]
    private static partial void LogConflict(ILogger logger, Exception exception);

    private sealed record Client(string Id, DateTimeOffset RegisteredAt, DateTimeOffset? UsedAt);
}
