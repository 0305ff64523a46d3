using System.Text;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;

namespace Identity.Tests.EndToEnd;

/// <summary>Clients and people in front of a server that is a process of its own; all they know of it is what it says and writes.</summary>
internal sealed class ProcessScene : ClientScene
{
    private ProcessScene(ServerProcess server, ResponseRecorder? recorder)
        : base(server.Address, recorder) => Server = server;

    public ServerProcess Server { get; }

    /// <summary>Starts a server in an empty directory and creates the first account, as its owner would.</summary>
    public static async Task<ProcessScene> StartAsync(params string[] arguments)
    {
        var scene = await StartEmptyAsync(arguments);
        try
        {
            using var browser = scene.OpenBrowser();
            await scene.CreateFirstAccountAsync(browser);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server in an empty directory.</summary>
    public static Task<ProcessScene> StartEmptyAsync(params string[] arguments) => StartEmptyAsync(null, arguments);

    /// <summary>The same, with somebody who keeps what the server answers.</summary>
    public static async Task<ProcessScene> StartEmptyAsync(ResponseRecorder? recorder, params string[] arguments)
        => new(await ServerProcess.StartAsync(arguments), recorder);

    /// <summary>The address that the console shows for the first account.</summary>
    public async Task<Uri> ReadSetupAddressAsync()
    {
        var line = await Server.WaitForLineAsync("There is no account yet.");
        return new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]);
    }

    /// <summary>Opens the address that the console shows, fills in the form, and returns the page that follows.</summary>
    public async Task<BrowserPage> CreateFirstAccountAsync(HttpBrowser browser) => await browser.SubmitAsync(
        await browser.GoAsync(await ReadSetupAddressAsync()),
        [new("UserName", Scene.UserName), new("Email", "alice@example.com"), new("Password", Scene.Password), new("Confirmation", Scene.Password)]);

    /// <summary>Stops the server as a service manager would, and starts it again.</summary>
    public async Task RestartAsync()
    {
        Assert.That(await Server.StopAsync(), Is.Zero, Server.Errors);
        await Server.StartAgainAsync();
    }

    /// <summary>The names of the files in the storage directory, those in <c>keys</c> included.</summary>
    public IReadOnlyList<string> ListFiles() =>
    [
        .. Directory.EnumerateFiles(Server.StorageDirectory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Server.StorageDirectory, path)).Order(StringComparer.Ordinal),
    ];

    /// <summary>What a file holds, byte for byte, also while the server runs.</summary>
    public string ReadFile(string name)
    {
        using var stream = new FileStream(Path.Combine(Server.StorageDirectory, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Server.DisposeAsync();
    }
}
