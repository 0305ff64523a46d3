using OpenIddict.EntityFrameworkCore.Models;

namespace Identity.Tests.Stores;

/// <summary>OpenIddict's own stores: what they answer is what is right.</summary>
[TestFixture]
internal sealed class EntityFrameworkStoreContractTests : StoreContractTests<
    OpenIddictEntityFrameworkCoreApplication, OpenIddictEntityFrameworkCoreAuthorization, OpenIddictEntityFrameworkCoreScope, OpenIddictEntityFrameworkCoreToken>
{
    protected override IStoreHost Open() => EntityFrameworkDatabase.Rent();
}
