using Identity.Stores.FileSystem.Models;
using Connection = Identity.Stores.FileSystem.Models.Authorization;

namespace Identity.Tests.Stores;

[TestFixture]
internal sealed class FileStoreContractTests : StoreContractTests<Application, Connection, Scope, Token>
{
    protected override IStoreHost Open() => new FileStores();
}
