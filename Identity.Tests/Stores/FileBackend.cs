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

    private string _path = NewPath();
    private IFileSystem _files;
    private int _restarts;
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

    /// <summary>After a clean stop, which folds the journal, and after a kill, which leaves it, in turns.</summary>
    protected override async ValueTask RestartAsync()
    {
        var (stopped, path) = (_directory, _path);
        if (_restarts++ % 2 is 1)
        {
            await stopped.DisposeAsync();
            Open();
            return;
        }

        _path = NewPath();
        _files = CopyFrom(path);
        Open();
        await stopped.DisposeAsync();
        Directory.Delete(path, recursive: true);
    }

    private IFileSystem CopyFrom(string path)
    {
        if (_files is VolatileFileSystem files)
        {
            return files.Copy(path, _path);
        }

        _files.CreateFolder(_path);
        foreach (var name in _files.ListFiles(path).Where(name => name[0] is not '.'))
        {
            _files.Copy(Path.Combine(path, name), Path.Combine(_path, name));
        }

        return _files;
    }

    private static string NewPath() => Path.Combine(Path.GetTempPath(), "identity-tests", Guid.NewGuid().ToString("N"));

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
