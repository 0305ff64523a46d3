using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;
using OpenIddict.Server;

namespace Identity.Server.Hosting;

/// <summary>
/// The order in which a start may fail: settings, addresses, and only then the directory, so that a start that comes to nothing leaves
/// nothing behind.
/// </summary>
internal static class Startup
{
    /// <summary>Checks the settings of every feature; until then nothing may be opened or written.</summary>
    /// <param name="app">The application.</param>
    /// <exception cref="OptionsValidationException">Some are not allowed; all of them are named.</exception>
    public static void CheckSettings(this WebApplication app) => app.Services.GetRequiredService<IStartupValidator>().Validate();

    /// <summary>Checks the addresses, opens the directory, creates missing keys and begins to answer.</summary>
    /// <param name="app">The application.</param>
    /// <param name="mapEndpoints">Adds what it answers.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>A task that completes when requests are answered.</returns>
    /// <exception cref="StartupException">It must not or cannot listen on one of its addresses.</exception>
    /// <exception cref="StorageException">The directory cannot be used.</exception>
    public static async Task StartServerAsync(this WebApplication app, Action<IEndpointRouteBuilder> mapEndpoints, CancellationToken cancellationToken)
    {
        app.Services.GetRequiredService<ListeningAddresses>().Check();

        // Looking through all pages takes about as long as opening a directory; neither needs the other.
        var opening = Task.Run(() => Open(app.Services), CancellationToken.None);
        try
        {
            mapEndpoints(app);
        }
        finally
        {
            await opening;
        }

        await app.StartAsync(cancellationToken);
        app.Services.GetRequiredService<StartupProgress>().Complete();
    }

    private static void Open(IServiceProvider services)
    {
        services.GetRequiredService<StorageDirectory>();

        // Creates the keys of a new directory now, not while the first request waits for them.
        _ = services.GetRequiredService<IOptionsMonitor<OpenIddictServerOptions>>().CurrentValue;
    }
}
