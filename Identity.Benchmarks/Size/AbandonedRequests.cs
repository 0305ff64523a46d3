using System.Diagnostics;
using System.Globalization;
using Identity.Benchmarks.Load;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Benchmarks.Size;

/// <summary>
/// Pushed authorization requests and codes that nobody comes back for, in equal parts, as the server keeps them: through OpenIddict's
/// manager, each in the unit of work of a request from one of many addresses.
/// </summary>
internal static class AbandonedRequests
{
    private const int PerSecond = 1_000;

    private static readonly TimeSpan RequestLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(10);

    public static async Task<Dictionary<string, double>> MeasureAsync(string directory, int requests, CancellationToken cancellationToken)
    {
        var time = new MovedTime();
        await using var services = CreateServices(directory, time);
        await using var scope = services.CreateAsyncScope();
        var storage = services.GetRequiredService<StorageDirectory>();
        var tokens = scope.ServiceProvider.GetRequiredService<OpenIddictTokenManager<Token>>();
        for (var number = 0; number < PerSecond; number++)
        {
            // What is compiled and pooled once is not what a request costs.
            await AddAsync(storage, tokens, time, number, cancellationToken);
        }

        var found = new Dictionary<string, double> { ["managed before"] = SizePart.Managed(), ["working set before"] = WorkingSet(), ["managed peak"] = 0 };
        for (var number = 0; number < requests; number++)
        {
            await AddAsync(storage, tokens, time, number, cancellationToken);
            if (number % PerSecond is 0)
            {
                time.Advance(TimeSpan.FromSeconds(1));
            }

            if ((number + 1) % (requests / 4) is 0)
            {
                found["managed peak"] = Math.Max(found["managed peak"], SizePart.Managed());
            }
        }

        time.Advance(RequestLifetime + CodeLifetime);
        for (var number = 0; number < PerSecond; number++)
        {
            await AddAsync(storage, tokens, time, number, cancellationToken);
        }

        found["managed after"] = SizePart.Managed();
        found["working set after"] = WorkingSet();
        return found;
    }

    private static ServiceProvider CreateServices(string directory, TimeProvider time) => SizePart.CreateServices(directory, time);

    private static async ValueTask AddAsync(
        StorageDirectory storage, OpenIddictTokenManager<Token> tokens, MovedTime time, int number, CancellationToken cancellationToken)
    {
        var isCode = number % 2 is 0;
        using var unit = storage.BeginUnitOfWork(string.Create(CultureInfo.InvariantCulture, $"10.{number % 251}.{number / 251 % 251}.{number % 13}"));
        await tokens.CreateAsync(new OpenIddictTokenDescriptor
        {
            CreationDate = time.GetUtcNow(),
            ExpirationDate = time.GetUtcNow() + (isCode ? CodeLifetime : RequestLifetime),
            Payload = TokenShape.Create(0).Payload,
            ReferenceId = TokenShape.Random(TokenShape.ReferenceSize),
            Status = Statuses.Valid,
            Subject = isCode ? string.Create(CultureInfo.InvariantCulture, $"user-{number % 50_000}") : null,
            Type = isCode ? TokenTypeIdentifiers.Private.AuthorizationCode : TokenTypeIdentifiers.Private.RequestToken,
        }, cancellationToken);
        await unit.CommitAsync(cancellationToken);
    }

    private static long WorkingSet()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private sealed class MovedTime : TimeProvider
    {
        private DateTimeOffset _now = System.GetUtcNow();

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
