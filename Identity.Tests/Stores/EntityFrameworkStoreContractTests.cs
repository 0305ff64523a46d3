using OpenIddict.EntityFrameworkCore.Models;

namespace Identity.Tests.Stores;

/// <summary>OpenIddict's own stores: what they answer is what is right.</summary>
[TestFixture(FileStores.RefreshToken)]
internal sealed class EntityFrameworkStoreContractTests(string tokenType) : StoreContractTests<
    OpenIddictEntityFrameworkCoreApplication, OpenIddictEntityFrameworkCoreAuthorization, OpenIddictEntityFrameworkCoreScope, OpenIddictEntityFrameworkCoreToken>(tokenType)
{
    protected override IStoreHost Open() => EntityFrameworkDatabase.Rent();
}
