using System.Globalization;
using System.Text.Json;
using Identity.Benchmarks.Load;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Benchmarks.Size;

/// <summary>Fills a directory with refresh tokens and their connections, past the managers, which would take minutes.</summary>
internal static class SizeSeed
{
    // Connections a unit of work.
    private const int Batch = 1_000;

    public static int ConnectionsOf(int tokens) => tokens / TokenShape.PerConnection;

    public static async Task WriteAsync(StorageDirectory directory, int connections, bool withTokens, CancellationToken cancellationToken)
    {
        var applications = directory.GetCollection(Collections.Applications);
        var authorizations = directory.GetCollection(Collections.Authorizations);
        var tokens = directory.GetCollection(Collections.RefreshTokens);
        var now = TimeProvider.System.GetUtcNow();
        Application? application = null;
        for (var from = 0; from < connections; from += Batch)
        {
            using var unit = directory.BeginUnitOfWork();
            for (var number = from; number < Math.Min(from + Batch, connections); number++)
            {
                if (number % TokenShape.ConnectionsPerClient is 0)
                {
                    application = new Application { ClientId = Name("client", number), ClientType = ClientTypes.Public };
                    await applications.AddAsync(application, cancellationToken);
                }

                var authorization = new Authorization
                {
                    ApplicationId = application!.Id,
                    CreationDate = now,
                    Scopes = [Scopes.OfflineAccess],
                    Status = Statuses.Valid,
                    Subject = Name("user", number),
                    Type = AuthorizationTypes.AdHoc,
                };
                await authorizations.AddAsync(authorization, cancellationToken);
                for (var index = 0; withTokens && index < TokenShape.PerConnection; index++)
                {
                    await tokens.AddAsync(CreateToken(authorization, index, now), cancellationToken);
                }
            }

            await unit.CommitAsync(cancellationToken);
        }
    }

    private static Token CreateToken(Authorization authorization, int index, DateTimeOffset now)
    {
        var shape = TokenShape.Create(index);
        var token = new Token
        {
            ApplicationId = authorization.ApplicationId,
            AuthorizationId = authorization.Id,
            CreationDate = now,

            // Not all at one moment, as in a server that was used the day long.
            ExpirationDate = now.AddDays(1).AddMilliseconds(authorization.Version % 1_000_000),
            Payload = shape.Payload,
            RedemptionDate = index is 0 ? null : now,
            ReferenceId = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(TokenShape.ReferenceSize)),
            Status = shape.Status,
            Subject = authorization.Subject,
            Type = TokenTypeIdentifiers.RefreshToken,
        };
        if (shape.Successor is { } successor)
        {
            token.Properties = token.Properties.Add(TokenShape.SuccessorProperty, JsonSerializer.SerializeToElement(successor));
        }

        return token;
    }

    private static string Name(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"seeded-{kind}-{number}");
}
