using System.Reflection;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;
using Identity.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using OpenIddict.Abstractions;
using Models = Identity.Stores.FileSystem.Models;

namespace Identity.Tests.Stores;

/// <summary>The stores of this project, over real files or over files in memory.</summary>
internal sealed class FileBackend : StoreBackend<Models.Application, Models.Authorization, Models.Scope, Models.Token>
{
    private static readonly CollectionDefinition[] Definitions =
    [
        Collections.Applications, Collections.Authorizations, Collections.Scopes, Collections.RefreshTokens, Collections.UserTokens, Collections.AnonymousTokens,
    ];

    private readonly string _path = Path.Combine(Path.GetTempPath(), "identity-tests", Guid.NewGuid().ToString("N"));
    private readonly IFileSystem _files;
    private readonly Func<MethodInfo, bool>? _isSilent;
    private StorageDirectory _directory = null!;

    /// <param name="onDisk">Whether the files are real.</param>
    /// <param name="isSilent">Which members of the interfaces do nothing and answer with nothing; asked at each call.</param>
    public FileBackend(bool onDisk = false, Func<MethodInfo, bool>? isSilent = null)
    {
        (_files, _isSilent) = (onDisk ? new PhysicalFileSystem() : new VolatileFileSystem(), isSilent);
        Open();
    }

    protected override void SetId(object entity, string id) => ((Entity)entity).Id = id;

    protected override IQueryable<string?> Ids<T>(IQueryable<T> entities) => entities.Cast<Entity>().Select(entity => entity.Id);

    protected override bool IsDuplicate(Exception exception) => exception is DuplicateKeyException;

    protected override async ValueTask RestartAsync()
    {
        await _directory.DisposeAsync();
        Open();
    }

    protected override ValueTask SnapshotAsync() => new(_directory.SnapshotAsync());

    public override async ValueTask DisposeAsync()
    {
        await _directory.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    private void Open()
    {
        var options = new FileSystemStorageOptions { Directory = _path, JournalChunk = 4_096 };
        _directory = StorageDirectory.Open(_files, options, Definitions, TimeProvider.System, NullLogger.Instance);
        Applications = Store<IOpenIddictApplicationStore<Models.Application>>(new ApplicationStore(_directory));
        Authorizations = Store<IOpenIddictAuthorizationStore<Models.Authorization>>(new AuthorizationStore(_directory));
        Scopes = Store<IOpenIddictScopeStore<Models.Scope>>(new ScopeStore(_directory));
        Tokens = Store<IOpenIddictTokenStore<Models.Token>>(new TokenStore(_directory, TimeProvider.System));
    }

    private T Store<T>(T store)
        where T : class
        => _isSilent is null ? store : SilentMembers<T>.Create(store, _isSilent);
}
