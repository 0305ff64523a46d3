using Identity.Stores.FileSystem.Models;

namespace Identity.Tests.Stores;

[TestFixture]
internal sealed class FileStoreContractTests : StoreContractTests<Application, Authorization, Scope, Token>
{
    protected override IStoreHost Open() => new FileStores();
}
