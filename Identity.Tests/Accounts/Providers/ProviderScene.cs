using System.Net;
using Identity.Stores.FileSystem.Models;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace Identity.Tests.Accounts.Providers;

/// <summary>A server whose providers are played, with Alice, who has a password.</summary>
internal sealed class ProviderScene : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _settings;

    private ProviderScene(PlayedProvider[] providers, Dictionary<string, string?> settings) => (Providers, _settings) = (providers, settings);

    public IReadOnlyList<PlayedProvider> Providers { get; }

    public Scene Scene { get; private set; } = null!;

    public PlayedProvider Google => Find("google");

    public PlayedProvider Microsoft => Find("microsoft");

    public PlayedProvider Company => Find("company");

    /// <summary>Starts it with all three providers; Microsoft's tenant is <c>common</c> unless told otherwise.</summary>
    public static Task<ProviderScene> StartAsync(params string[] arguments) => StartAsync("common", arguments);

    public static Task<ProviderScene> StartAsync(string tenant, string[] arguments)
        => StartAsync([PlayedProviders.Google(), PlayedProviders.Microsoft(tenant), PlayedProviders.Company()], [$"--Identity:Providers:Microsoft:Tenant={tenant}", .. arguments]);

    public static async Task<ProviderScene> StartAsync(PlayedProvider[] providers, string[] arguments)
    {
        var scene = new ProviderScene(providers, []);
        try
        {
            scene.Scene = await Scene.StartAsync(scene.Configure, [.. providers.SelectMany(Arguments), .. arguments]);
            foreach (var provider in providers)
            {
                provider.Time = scene.Scene.Server.Time;
            }

            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again, with other settings.</summary>
    public async Task RestartAsync(params (string Key, string? Value)[] settings)
    {
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }

        await Scene.Server.RestartAsync();
    }

    /// <summary>Goes to the provider, to sign in there.</summary>
    /// <returns>The address at the provider.</returns>
    public async Task<Uri> LeaveAsync(PlayedProvider provider, HttpBrowser? browser = null, string? returnUrl = null)
    {
        var page = await (browser ?? Scene.Browser).GoAsync($"/account/sign-in/external?provider={provider.Name}&returnUrl={Uri.EscapeDataString(returnUrl ?? "/")}");
        Assert.That(page.LeftFor?.Host, Is.EqualTo(provider.Host), page.Text);
        return page.LeftFor!;
    }

    /// <summary>Signs in through a provider, and returns what is shown then.</summary>
    public async Task<BrowserPage> EnterAsync(PlayedProvider provider, Dictionary<string, object> claims, HttpBrowser? browser = null, string? returnUrl = null)
    {
        browser ??= Scene.Browser;
        return await browser.GoAsync(provider.Agree(await LeaveAsync(provider, browser, returnUrl), claims));
    }

    /// <summary>Goes to the provider to link an identity to the account that is signed in.</summary>
    public async Task<Uri> LeaveToLinkAsync(PlayedProvider provider, HttpBrowser? browser = null)
    {
        browser ??= Scene.Browser;
        var page = await browser.SubmitAsync(await browser.GoAsync("/account/providers"), [new("provider", provider.Name)]);
        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK), page.Text);
        var address = new Uri(page.Links.Single(link => link.Contains(provider.Host, StringComparison.Ordinal)));
        Assert.That(page.Headers.GetValues("Refresh").Single(), Is.EqualTo($"0;url={address.OriginalString}"));
        return address;
    }

    public async Task<User?> FindUserAsync(string issuer, string subject)
    {
        await using var scope = Scene.Server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<UserManager<User>>().FindByLoginAsync(issuer, subject);
    }

    public async Task<User> FindUserAsync(string userName)
    {
        await using var scope = Scene.Server.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<UserManager<User>>().FindByNameAsync(userName))!;
    }

    public async ValueTask DisposeAsync()
    {
        if (Scene is not null)
        {
            await Scene.DisposeAsync();
        }
    }

    private PlayedProvider Find(string name) => Providers.Single(provider => provider.Name == name);

    private void Configure(WebApplicationBuilder builder)
    {
        foreach (var (key, value) in _settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Services.ConfigureAll<HttpClientFactoryOptions>(options => options.HttpMessageHandlerBuilderActions.Add(handlers =>
        {
            foreach (var provider in Providers)
            {
                handlers.AdditionalHandlers.Add(provider.CreateHandler());
            }
        }));
    }

    private static IEnumerable<string> Arguments(PlayedProvider provider)
    {
        var section = provider.Name switch { "google" => "Google", "microsoft" => "Microsoft", _ => "OpenIdConnect:0" };
        yield return $"--Identity:Providers:{section}:ClientId={provider.ClientId}";
        yield return $"--Identity:Providers:{section}:ClientSecret={provider.ClientSecret}";
        if (section is "OpenIdConnect:0")
        {
            yield return $"--Identity:Providers:{section}:Name={provider.Name}";
            yield return $"--Identity:Providers:{section}:Issuer={PlayedProviders.CompanyIssuer}";
            yield return $"--Identity:Providers:{section}:EmailDomains:0=company.example";
        }
    }
}
