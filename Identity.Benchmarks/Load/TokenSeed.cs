using System.Globalization;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Benchmarks.Load;

/// <summary>
/// Refresh tokens that are there before a server starts, each server's as it leaves them. Nobody uses them; they are what look-ups and
/// writes must not be slowed down by.
/// </summary>
internal static class TokenSeed
{
    private const int PerConnection = TokenShape.PerConnection;

    // Connections a unit of work or transaction.
    private const int Batch = 100;

    public static async Task WriteAsync(IServiceProvider services, int tokens, CancellationToken cancellationToken)
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        for (var from = 0; from < tokens / PerConnection; from += Batch)
        {
            var connections = Enumerable.Range(from, Math.Min(Batch, (tokens / PerConnection) - from));
            await using var scope = services.CreateAsyncScope();
            if (scope.ServiceProvider.GetService<DbContext>() is { } context)
            {
                await WriteAsync(context, connections, now, cancellationToken);
                continue;
            }

            using var unit = scope.ServiceProvider.GetService<StorageDirectory>()?.BeginUnitOfWork();
            await WriteAsync(scope.ServiceProvider, connections, now, cancellationToken);
            if (unit is not null)
            {
                await unit.CommitAsync(cancellationToken);
            }
        }
    }

    private static async Task WriteAsync(IServiceProvider services, IEnumerable<int> connections, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var applications = services.GetRequiredService<IOpenIddictApplicationManager>();
        var authorizations = services.GetRequiredService<IOpenIddictAuthorizationManager>();
        var tokens = services.GetRequiredService<IOpenIddictTokenManager>();
        foreach (var connection in connections)
        {
            var clientId = ClientId(connection);
            var application = await applications.FindByClientIdAsync(clientId, cancellationToken)
                ?? await applications.CreateAsync(new OpenIddictApplicationDescriptor { ClientId = clientId, ClientType = ClientTypes.Public }, cancellationToken);
            var applicationId = await applications.GetIdAsync(application, cancellationToken);
            var authorization = await authorizations.CreateAsync(new OpenIddictAuthorizationDescriptor
            {
                ApplicationId = applicationId,
                CreationDate = now,
                Scopes = { Scopes.OfflineAccess },
                Status = Statuses.Valid,
                Subject = Subject(connection),
                Type = AuthorizationTypes.AdHoc,
            }, cancellationToken);
            var authorizationId = await authorizations.GetIdAsync(authorization, cancellationToken);
            for (var index = 0; index < PerConnection; index++)
            {
                var shape = TokenShape.Create(index);
                var token = new OpenIddictTokenDescriptor
                {
                    ApplicationId = applicationId,
                    AuthorizationId = authorizationId,
                    CreationDate = now,
                    ExpirationDate = now.AddDays(1),
                    Payload = shape.Payload,
                    RedemptionDate = index is 0 ? null : now,
                    ReferenceId = TokenShape.Random(TokenShape.ReferenceSize),
                    Status = shape.Status,
                    Subject = Subject(connection),
                    Type = TokenTypeIdentifiers.RefreshToken,
                };
                if (shape.Successor is { } successor)
                {
                    token.Properties[TokenShape.SuccessorProperty] = JsonSerializer.SerializeToElement(successor);
                }

                await tokens.CreateAsync(token, cancellationToken);
            }
        }
    }

    // Not through the managers, which would read each token's client and authorization and commit each by itself.
    private static async Task WriteAsync(DbContext context, IEnumerable<int> connections, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var applications = context.Set<OpenIddictEntityFrameworkCoreApplication>();
        foreach (var connection in connections)
        {
            var clientId = ClientId(connection);
            var application = applications.Local.FirstOrDefault(known => known.ClientId == clientId)
                ?? await applications.FirstOrDefaultAsync(known => known.ClientId == clientId, cancellationToken)
                ?? applications.Add(new OpenIddictEntityFrameworkCoreApplication { ClientId = clientId, ClientType = ClientTypes.Public }).Entity;
            var authorization = context.Add(new OpenIddictEntityFrameworkCoreAuthorization
            {
                Application = application,
                CreationDate = now.UtcDateTime,
                Scopes = $"[\"{Scopes.OfflineAccess}\"]",
                Status = Statuses.Valid,
                Subject = Subject(connection),
                Type = AuthorizationTypes.AdHoc,
            }).Entity;
            context.AddRange(Enumerable.Range(0, PerConnection).Select(index => new OpenIddictEntityFrameworkCoreToken
            {
                Application = application,
                Authorization = authorization,
                CreationDate = now.UtcDateTime,
                ExpirationDate = now.AddDays(1).UtcDateTime,
                // Of its own accord OpenIddict keeps the payload of every token.
                Payload = TokenShape.Create(0).Payload,
                RedemptionDate = index is 0 ? null : now.UtcDateTime,
                ReferenceId = TokenShape.Random(TokenShape.ReferenceSize),
                Status = index is 0 ? Statuses.Valid : Statuses.Redeemed,
                Subject = Subject(connection),
                Type = TokenTypeIdentifiers.RefreshToken,
            }));
        }

        await context.SaveChangesAsync(cancellationToken);
    }

    private static string ClientId(int connection) => string.Create(CultureInfo.InvariantCulture, $"seeded-client-{connection / TokenShape.ConnectionsPerClient}");

    private static string Subject(int connection) => string.Create(CultureInfo.InvariantCulture, $"seeded-user-{connection}");
}
