using Identity.Tests.Infrastructure;

namespace Identity.Tests.Stores;

/// <summary>
/// The tests of this folder start before those of the others: <see cref="StoreEquivalenceTests"/> takes longer than any other, and alone
/// in the end it would leave processors idle.
/// </summary>
[SetUpFixture]
[StartsFirst]
internal sealed class StoresFirst;
