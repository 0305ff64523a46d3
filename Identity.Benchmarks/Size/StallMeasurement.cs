using System.Diagnostics;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Benchmarks.Size;

/// <summary>How long requests, here look-ups and durable writes one after another, are held up by what goes on in the background.</summary>
internal static class StallMeasurement
{
    public static async Task<Dictionary<string, double>> TakeAsync(string directory, CancellationToken cancellationToken)
    {
        var services = SizePart.CreateServices(directory, TimeProvider.System);
        var storage = services.GetRequiredService<StorageDirectory>();
        var found = new Dictionary<string, double>();
        // Not a wait for anything: how long the others are compared with a server that does nothing beside.
        await MeasureAsync(storage, "nothing", found, async token => await Task.Delay(TimeSpan.FromSeconds(2), token), cancellationToken);
        await MeasureAsync(storage, "a snapshot", found, async token =>
        {
            // Away from the thread that asks.
            await Task.Yield();
            await storage.SnapshotAsync(token);
        }, cancellationToken);
        await using var scope = services.CreateAsyncScope();
        var tokens = scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>();
        var authorizations = scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>();
        await MeasureAsync(storage, "a pruning that finds nothing", found, async token =>
        {
            await Task.Yield();
            await tokens.PruneAsync(TimeProvider.System.GetUtcNow().AddDays(-1), token);
            await authorizations.PruneAsync(TimeProvider.System.GetUtcNow().AddDays(-1), token);
        }, cancellationToken);
        await MeasureAsync(storage, "a pruning of nine tenths", found, async token =>
        {
            await Task.Yield();
            await tokens.PruneAsync(TimeProvider.System.GetUtcNow().AddDays(1), token);
        }, cancellationToken);
        return found;
    }

    private static async Task MeasureAsync(
        StorageDirectory storage, string name, Dictionary<string, double> found, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lookUps = LongestLookUpAsync(storage, ended.Token);
        var writes = LongestWriteAsync(storage, ended.Token);
        var watch = Stopwatch.StartNew();
        await work(cancellationToken);
        var took = watch.Elapsed;
        await ended.CancelAsync();
        found[$"longest look-up during {name}, ms"] = await lookUps;
        (found[$"longest write during {name}, ms"], found[$"writes a second during {name}"]) = await writes;
        found[$"duration of {name}, s"] = took.TotalSeconds;
    }

    private static async Task<double> LongestLookUpAsync(StorageDirectory storage, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var tokens = storage.GetCollection(Collections.RefreshTokens);
        var longest = TimeSpan.Zero;
        while (!ended.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            tokens.Contains("none");
            var took = Stopwatch.GetElapsedTime(start);
            longest = took > longest ? took : longest;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return longest.TotalMilliseconds;
    }

    private static async Task<(double Longest, double PerSecond)> LongestWriteAsync(StorageDirectory storage, CancellationToken ended)
    {
        await Task.Yield();
        var tokens = storage.GetCollection(Collections.RefreshTokens);
        var (longest, count) = (TimeSpan.Zero, 0);
        var watch = Stopwatch.StartNew();
        while (!ended.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            await tokens.AddAsync(new Token { Type = OpenIddictConstants.TokenTypeIdentifiers.RefreshToken }, CancellationToken.None);
            var took = Stopwatch.GetElapsedTime(start);
            longest = took > longest ? took : longest;
            count++;
        }

        return (longest.TotalMilliseconds, count / watch.Elapsed.TotalSeconds);
    }
}
