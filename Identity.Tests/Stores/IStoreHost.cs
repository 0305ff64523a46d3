using Microsoft.Extensions.DependencyInjection;

namespace Identity.Tests.Stores;

/// <summary>OpenIddict's four stores of one implementation, with nothing in them yet.</summary>
internal interface IStoreHost : IAsyncDisposable
{
    /// <summary>Services as a request gets them, the stores among them.</summary>
    AsyncServiceScope CreateScope();

    /// <summary>Whether an exception says that another entry has the same identifier or unique key: there is no common type for it.</summary>
    bool IsDuplicate(Exception exception);
}
