using Identity.Stores.FileSystem.Models;
using Models = Identity.Stores.FileSystem.Models;

namespace Identity.Tests.Stores;

[TestFixture]
internal sealed class FileStoreContractTests : StoreContractTests<Application, Models.Authorization, Scope, Token>
{
    protected override IStoreHost Open() => new FileStores();
}
