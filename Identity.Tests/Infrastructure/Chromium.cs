using System.Collections.Concurrent;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Identity.Tests.Infrastructure;

/// <summary>
/// The Chromium of this machine, without a window. All tests share one process, which takes a second to start; each has windows of its
/// own, with their own cookies. Who needs a command line of another kind gets a process of its own.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    /// <summary>How long Playwright's actions wait by themselves, in milliseconds; its expectations wait a sixth of it.</summary>
    public const float Patience = 30_000;

    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> Shared = new(() => LaunchAsync());

    private static readonly string[] UsualPlaces =
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    private readonly IBrowser _browser;
    private readonly IPlaywright? _own;
    private readonly ConcurrentQueue<IBrowserContext> _contexts = new();
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();

    private Chromium(IBrowser browser, IPlaywright? own = null) => (_browser, _own) = (browser, own);

    /// <summary>Where the solution is.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>What the browser reported as errors on any page, refusals by Content-Security-Policy among them.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>The addresses of everything that any page asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Starts it, unless it runs; <c>CHROMIUM_PATH</c> says where it is when it is in none of the usual places.</summary>
    public static async Task<Chromium> StartAsync() => new((await Shared.Value).Browser);

    /// <summary>Starts a process of its own.</summary>
    /// <param name="arguments">Further arguments of its command line.</param>
    public static async Task<Chromium> StartAsync(params string[] arguments)
    {
        var (playwright, browser) = await LaunchAsync(arguments);
        return new(browser, playwright);
    }

    /// <summary>Takes a picture of a page for somebody to look at, which no test does: only where <c>SCREENSHOTS</c> asks for it, since it takes long.</summary>
    public static Task TakePictureAsync(IPage page, string name) => Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 }
        ? page.ScreenshotAsync(new() { Path = Path.Combine(Root, "artifacts", "screenshots", $"{name}.png"), FullPage = true })
        : Task.CompletedTask;

    /// <summary>Ends the process after the last test.</summary>
    public static async Task StopAsync()
    {
        if (Shared.IsValueCreated && Shared.Value.IsCompletedSuccessfully)
        {
            var (playwright, browser) = await Shared.Value;
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> LaunchAsync(params string[] arguments)
    {
        // Read by Playwright's driver; the browser is the machine's own.
        Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        var path = Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } named ? named : UsualPlaces.FirstOrDefault(File.Exists);
        if (path is null)
        {
            Assert.Fail("There is no Chromium. Install it, or say in CHROMIUM_PATH where it is.");
        }

        var playwright = await Playwright.CreateAsync();
        try
        {
            return (playwright, await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = path,
                Headless = true,
                Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", .. arguments],
            }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Opens a window of its own, with its own cookies.</summary>
    public async Task<IPage> OpenAsync(Look? look = null)
    {
        look ??= Look.All[0];
        var context = await _browser.NewContextAsync(new()
        {
            ColorScheme = look.Scheme,
            ViewportSize = new() { Width = look.Width, Height = look.Height },
            Locale = "en-US",
        });
        _contexts.Enqueue(context);
        context.Request += (_, request) => _requests.Enqueue(request.Url);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _complaints.Enqueue(message.Text);
            }
        };
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts)
        {
            await context.DisposeAsync();
        }

        if (_own is not null)
        {
            await _browser.DisposeAsync();
            _own.Dispose();
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Identity.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}

/// <summary>A screen, as a person may have it.</summary>
internal sealed record Look(string Name, ColorScheme Scheme, int Width, int Height)
{
    public static IReadOnlyList<Look> All { get; } =
    [
        new("light", ColorScheme.Light, 1100, 800),
        new("dark", ColorScheme.Dark, 1100, 800),
        new("narrow", ColorScheme.Light, 320, 640),
        new("narrow-dark", ColorScheme.Dark, 320, 640),
    ];
}
