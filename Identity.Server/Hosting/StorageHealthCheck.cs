using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Identity.Server.Hosting;

/// <summary>
/// Whether changes can be kept: writes a real record and removes it again, at most once a second however often it is asked.
/// </summary>
internal sealed class StorageHealthCheck(StorageDirectory directory, TimeProvider time) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Collection<HealthProbe> _probes = directory.GetCollection(HealthProbe.Definition);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private (long At, HealthCheckResult Result)? _last;

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is not { } last || time.GetElapsedTime(last.At) >= Interval)
            {
                _last = (time.GetTimestamp(), await ProbeAsync(cancellationToken));
            }

            return _last.Value.Result;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private async Task<HealthCheckResult> ProbeAsync(CancellationToken cancellationToken)
    {
        using var unit = directory.BeginUnitOfWork();
        try
        {
            await _probes.AddAsync(new HealthProbe(), cancellationToken);
            await unit.CommitAsync(cancellationToken);

            // With it go those whose removal failed.
            await _probes.RemoveAsync([.. _probes.List().Select(left => left.Id)], cancellationToken);
            await unit.CommitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StorageException exception)
        {
            return HealthCheckResult.Unhealthy("Changes cannot be kept.", exception);
        }
    }
}

/// <summary>The record that is written to see whether one can be.</summary>
internal sealed class HealthProbe : Entity
{
    /// <summary>The collection, which is empty but for a moment.</summary>
    public static readonly CollectionDefinition<HealthProbe> Definition = new("health_probes")
    {
        Json = HealthProbeJson.Default.HealthProbe,
    };
}

[JsonSerializable(typeof(HealthProbe))]
internal sealed partial class HealthProbeJson : JsonSerializerContext;
