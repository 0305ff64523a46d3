using Identity.Server.ClientDocuments;
using Identity.Server.ClientDocuments.Fetching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Identity.Tests.ClientDocuments;

/// <summary>The part of the server that fetches, and a host that it fetches from.</summary>
internal sealed class FetchScene : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private FetchScene(DocumentHost host, ServiceProvider services, FakeTimeProvider time) => (Host, _services, Time) = (host, services, time);

    public DocumentHost Host { get; }

    public FakeTimeProvider Time { get; }

    public GuardedFetcher Fetcher => _services.GetRequiredService<GuardedFetcher>();

    /// <param name="allowed">Whether the host's network, this machine, is one of the operator's own.</param>
    /// <param name="environment">The environment of the server.</param>
    /// <param name="limited">Whether there are rates.</param>
    public static async Task<FetchScene> StartAsync(bool allowed = true, string? environment = null, bool limited = true)
    {
        var host = await DocumentHost.StartAsync();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Identity:RateLimits:Enabled", limited ? "true" : "false")]).Build());
        services.AddSingleton<IHostEnvironment>(new HostEnvironment(environment ?? Environments.Production));
        services.AddSingleton<TimeProvider>(time);
        services.AddOptions<ClientDocumentOptions>().Configure(options => options.AllowedNetworks = allowed ? ["127.0.0.0/8"] : []);
        services.AddFetching();
        host.Introduce(services);
        return new(host, services.BuildServiceProvider(), time);
    }

    public ClientDocumentAddress Addresses => new(_services.GetRequiredService<GuardedConnection>());

    public Task<FetchResult> FetchAsync(string path, string? asker = "192.0.2.1") => Fetcher.FetchAsync(new Uri(Host.AddressOf(path)), asker, CancellationToken.None);

    /// <summary>Copies of texts.</summary>
    public RemoteCopies<string> CreateCopies() => new(Fetcher, (_, body) => System.Text.Encoding.UTF8.GetString(body.Span), Time, NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Host.DisposeAsync();
    }

    private sealed class HostEnvironment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "Identity.Server";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
