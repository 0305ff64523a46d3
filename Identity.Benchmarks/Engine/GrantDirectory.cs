using System.Globalization;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Benchmarks.Engine;

/// <summary>A directory with so many grants, ten a connection, which is deleted in the end.</summary>
internal sealed class GrantDirectory : IAsyncDisposable
{
    public static readonly CollectionIndex<Grant> Reference = new("reference id", grant => grant.ReferenceId, unique: true);
    public static readonly CollectionIndex<Grant> Authorization = new("authorization", grant => grant.AuthorizationId);

    private const int PerConnection = 10;
    private const int Batch = 1_000;

    private static readonly CollectionDefinition<Grant> Definition = new("grants")
    {
        Json = GrantJson.Default.Grant,
        Indexes =
        [
            Reference,
            Authorization,
            new("application", grant => grant.ApplicationId),
            new("subject", grant => grant.Subject),
        ],
    };

    private readonly string _path = System.IO.Directory.CreateTempSubdirectory().FullName;

    private GrantDirectory() => Open();

    public StorageDirectory Directory { get; private set; } = null!;

    public Collection<Grant> Grants { get; private set; } = null!;

    public static async Task<GrantDirectory> CreateAsync(int count)
    {
        var created = new GrantDirectory();
        for (var from = 0; from < count; from += Batch)
        {
            using var unit = created.Directory.BeginUnitOfWork();
            for (var number = from; number < Math.Min(count, from + Batch); number++)
            {
                await created.Grants.AddAsync(CreateGrant(number));
            }

            await unit.CommitAsync();
        }

        return created;
    }

    public static string ReferenceOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{number:D44}");

    public static string AuthorizationOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{number / PerConnection:D22}");

    public static Grant CreateGrant(int number) => new()
    {
        ReferenceId = ReferenceOf(number),
        AuthorizationId = AuthorizationOf(number),
        ApplicationId = string.Create(CultureInfo.InvariantCulture, $"{number / 100:D22}"),
        Subject = string.Create(CultureInfo.InvariantCulture, $"{number / 20:D22}"),
        Status = "valid",
        Payload = new string('p', 700),
    };

    public void Open()
    {
        Directory = StorageDirectory.Open(
            new FileSystemStorageOptions { Directory = _path }, [Definition], TimeProvider.System, NullLogger<StorageDirectory>.Instance);
        Grants = Directory.GetCollection(Definition);
    }

    public async ValueTask DisposeAsync()
    {
        await Directory.DisposeAsync();
        System.IO.Directory.Delete(_path, recursive: true);
    }
}
