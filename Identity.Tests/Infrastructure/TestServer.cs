using Identity.Server;
using Identity.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.Infrastructure;

/// <summary>The whole server in this process, on a real port, with a clock that tests move. It can be restarted over the same directory.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string[] _arguments;
    private readonly Action<WebApplicationBuilder>? _configure;
    private WebApplication? _app;

    private TestServer(string[] arguments, Action<WebApplicationBuilder>? configure) => (_arguments, _configure) = (arguments, configure);

    /// <summary>The clock of the server; it begins at the machine's time, unless told otherwise, and stands still.</summary>
    public JumpingTime Time { get; private init; } = new(TimeProvider.System.GetUtcNow());

    /// <summary>What the server logged until now, over all restarts.</summary>
    public LogRecorder Log { get; } = new();

    /// <summary>Where the server listens, such as <c>http://127.0.0.1:40123</c>; the same after a restart.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The storage directory.</summary>
    public string StorageDirectory => _directory.Path;

    /// <summary>The names of the files in the storage directory.</summary>
    public IReadOnlyList<string> Files => _directory.Files;

    /// <summary>The services of the running server.</summary>
    public IServiceProvider Services => _app!.Services;

    /// <summary>Starts a server in an empty directory.</summary>
    /// <param name="arguments">Host arguments, such as <c>--Identity:Tokens:RefreshTokenLifetime=00:10:00</c>.</param>
    /// <returns>The server.</returns>
    public static Task<TestServer> StartAsync(params string[] arguments) => StartAsync(null, arguments);

    /// <summary>Starts a server in an empty directory, with parts of it replaced.</summary>
    /// <param name="configure">Replaces services; called at each restart, too.</param>
    /// <param name="arguments">Host arguments.</param>
    /// <returns>The server.</returns>
    public static async Task<TestServer> StartAsync(Action<WebApplicationBuilder>? configure, params string[] arguments)
    {
        var server = new TestServer(arguments, configure);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server in a directory that is there already, at the time when it was written.</summary>
    /// <param name="fill">Creates the directory, given its path.</param>
    /// <param name="now">The time.</param>
    /// <returns>The server.</returns>
    public static async Task<TestServer> StartOverAsync(Action<string> fill, DateTimeOffset now)
    {
        var server = new TestServer([], null) { Time = new JumpingTime(now) };
        try
        {
            fill(server.StorageDirectory);
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client for the server's address that follows no redirects; with cookies of its own.</summary>
    /// <returns>The client; the caller disposes it.</returns>
    public HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>Stops the server cleanly and starts it again, in the same directory and on the same port.</summary>
    /// <returns>A task that completes when it answers again.</returns>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>Stops the server cleanly; the directory is then free.</summary>
    /// <returns>A task that completes when it has stopped.</returns>
    public async Task StopAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
            _app = null;
        }
    }

    /// <summary>Starts the server after <see cref="StopAsync"/>.</summary>
    /// <returns>A task that completes when it answers.</returns>
    public async Task StartAgainAsync()
    {
        string[] arguments =
            ["--urls", Address.GetLeftPart(UriPartial.Authority), $"--Identity:StorageDirectory={StorageDirectory}", "--Identity:RateLimits:Enabled=false", .. _arguments];
        _app = Program.Build(arguments, builder =>
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            builder.Logging.ClearProviders().AddProvider(Log);
            // What makes passwords slow to guess made up a quarter of what all tests take; ServerProcess hashes as people's servers do.
            builder.Services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1_000);
            _configure?.Invoke(builder);
        });
        await Program.StartAsync(_app, CancellationToken.None);
        Address = new Uri(_app.Urls.First());
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }
}
