using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Identity.Server.ClientDocuments.Fetching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.ClientDocuments;

/// <summary>
/// A host on the internet, as far as the server under test can tell: it speaks HTTPS under names of its own, whose addresses the test
/// says, and answers what the test says.
/// </summary>
internal sealed class DocumentHost : INameResolver, IAsyncDisposable
{
    public const string Name = "client.example";
    public const string OtherName = "keys.example";

    /// <summary>What lets the server under test reach it: the host is where an operator's own would be.</summary>
    public const string Allowed = "--Identity:ClientDocuments:AllowedNetworks:0=127.0.0.0/8";

    private readonly ConcurrentDictionary<string, RequestDelegate> _pages = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;
    private int _lookups;

    private DocumentHost(WebApplication app, X509Certificate2 certificate) => (_app, _certificate) = (app, certificate);

    /// <summary>The addresses of the host's names, asked at each look-up with its number from 1.</summary>
    public Func<int, CancellationToken, Task<IPAddress[]>> Lookup { get; set; } = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]);

    /// <summary>How often an address was asked for.</summary>
    public int Lookups => _lookups;

    /// <summary>The paths that were asked for.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<DocumentHost> StartAsync()
    {
        var certificate = CreateCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var host = new DocumentHost(app, certificate);
        app.Run(host.AnswerAsync);
        await app.StartAsync();
        return host;
    }

    public string AddressOf(string path, string name = Name) => $"https://{name}:{Port}{path}";

    /// <summary>Answers a path.</summary>
    public void Map(string path, RequestDelegate answer) => _pages[path] = answer;

    /// <summary>Answers a path with JSON.</summary>
    public void MapJson(string path, string json, string? cacheControl = null) => Map(path, context =>
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = cacheControl;
        return context.Response.WriteAsync(json);
    });

    /// <summary>Answers a path with a status and nothing else.</summary>
    public void MapStatus(string path, int status) => Map(path, context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => await Lookup(Interlocked.Increment(ref _lookups), cancellationToken);

    /// <summary>Lets a server find the host and trust its certificate; for everything else it is as it is.</summary>
    public void Introduce(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<INameResolver>(this));
        services.AddHttpClient(GuardedFetcher.ClientName).ConfigurePrimaryHttpMessageHandler((handler, _) =>
        {
            var policy = ((SocketsHttpHandler)handler).SslOptions.CertificateChainPolicy!;
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.Add(_certificate);
        });
    }

    /// <summary>From now on nobody reaches the host.</summary>
    public async Task StopAsync() => await _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue(context.Request.Path.Value!);
        if (_pages.TryGetValue(context.Request.Path, out var answer))
        {
            return answer(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        names.AddDnsName(OtherName);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
