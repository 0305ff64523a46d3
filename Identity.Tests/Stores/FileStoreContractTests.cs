using Identity.Stores.FileSystem.Models;
using Connection = Identity.Stores.FileSystem.Models.Authorization;

namespace Identity.Tests.Stores;

/// <summary>Refresh tokens are on disk, all others in memory only: each must be as good a token.</summary>
[TestFixture(FileStores.RefreshToken)]
[TestFixture(FileStores.AccessToken)]
[TestFixture(FileStores.AuthorizationCode)]
internal sealed class FileStoreContractTests(string tokenType) : StoreContractTests<Application, Connection, Scope, Token>(tokenType)
{
    protected override IStoreHost Open() => new FileStores();
}
