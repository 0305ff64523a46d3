using Microsoft.Extensions.DependencyInjection;

namespace Identity.Tests.Stores;

/// <summary>OpenIddict's four stores of one implementation, with nothing in them yet.</summary>
internal interface IStoreHost : IAsyncDisposable
{
    /// <summary>Services as a request gets them, the stores among them.</summary>
    AsyncServiceScope CreateScope();
}
