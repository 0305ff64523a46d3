namespace Identity.Tests.Stores;

/// <summary>Services with OpenIddict's four stores of one implementation among them, and nothing in them yet.</summary>
internal interface IStoreHost : IAsyncDisposable
{
    IServiceProvider Services { get; }
}
