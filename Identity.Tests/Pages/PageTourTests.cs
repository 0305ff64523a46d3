using System.Text.Json;
using Deque.AxeCore.Commons;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Identity.Tests.Pages;

/// <summary>Every page in Chromium: by people with whatever screen and senses, and by nobody else.</summary>
internal sealed class PageTourTests
{
    private static readonly string AxeScript = new BundledAxeScriptProvider().GetScript();

    private PageScene _scene = null!;
    private Chromium _chromium = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _chromium = await Chromium.StartAsync();
        _scene = await PageScene.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _chromium.DisposeAsync();
        await _scene.DisposeAsync();
    }

    [Test]
    public void Every_page_is_looked_at()
    {
        var pages = _scene.Scene.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText);

        Assert.That(pages.Except(PageStops.All.Select(stop => stop.Route), StringComparer.Ordinal), Is.Empty);
    }

    [Test]
    public async Task Every_page_can_be_read_light_and_dark_on_any_screen_and_asks_nobody_else_for_anything()
    {
        var pages = new Dictionary<Viewer, IPage> { [Viewer.Stranger] = await _chromium.OpenAsync(), [Viewer.Alice] = await _chromium.OpenAsync() };
        await SignInAsync(pages[Viewer.Alice]);
        List<string> problems = [];
        foreach (var stop in PageStops.All)
        {
            var page = pages[stop.As];
            if (stop.Address is { } address)
            {
                await page.GotoAsync(new Uri(_scene.Scene.Server.Address, await address(_scene)).AbsoluteUri);
            }

            await (stop.Act?.Invoke(_scene, page) ?? Task.CompletedTask);
            foreach (var look in Look.All)
            {
                problems.AddRange(await LookAtAsync(page, stop, look));
            }
        }

        var origin = _scene.Scene.Server.Address.AbsoluteUri;
        problems.AddRange(_chromium.Requests.Where(url => !url.StartsWith(origin, StringComparison.Ordinal) && url != _scene.SetupAddress && !IsEmptyServer(url)));
        // Chromium reports every error status as a failure to load; anything else would be a rule of ours that a page breaks.
        problems.AddRange(_chromium.Complaints.Where(text => !text.Contains("the server responded with a status", StringComparison.Ordinal)));
        Assert.That(problems, Is.Empty, string.Join(Environment.NewLine, problems));
    }

    private bool IsEmptyServer(string url) => url.StartsWith(new Uri(_scene.SetupAddress).GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);

    private async Task SignInAsync(IPage page)
    {
        await page.GotoAsync(new Uri(_scene.Scene.Server.Address, "/account/sign-in").AbsoluteUri);
        await page.GetByLabel("User name").FillAsync(Scene.UserName);
        await page.GetByLabel("Password").FillAsync(Scene.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(_scene.Scene.Server.Address.AbsoluteUri, new() { Timeout = Chromium.Patience });
    }

    private static async Task<IReadOnlyList<string>> LookAtAsync(IPage page, PageStop stop, Look look)
    {
        List<string> problems = [];
        await page.EmulateMediaAsync(new() { ColorScheme = look.Scheme });
        await page.SetViewportSizeAsync(look.Width, look.Height);
        if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") > look.Width)
        {
            problems.Add($"{stop.Name}, {look.Name}: something sticks out sideways");
        }

        var background = await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor");
        if (background != (look.Scheme == ColorScheme.Dark ? "rgb(18, 22, 21)" : "rgb(244, 245, 243)"))
        {
            problems.Add($"{stop.Name}, {look.Name}: the stylesheet does not count");
        }

        await Chromium.TakePictureAsync(page, $"{stop.Name}-{look.Name}");

        // What does not depend on the screen or its colours is the same for all of them.
        if (look == Look.All[0] || look.Scheme == ColorScheme.Dark)
        {
            problems.AddRange((await RunAxeAsync(page, onlyColors: look != Look.All[0])).Select(problem => $"{stop.Name}, {look.Name}: {problem}"));
        }

        return problems;
    }

    /// <summary>Runs axe as it is in its package. What that has around it opens a window for each run, which takes many times as long.</summary>
    private static async Task<IEnumerable<string>> RunAxeAsync(IPage page, bool onlyColors)
    {
        if (!await page.EvaluateAsync<bool>("typeof axe === 'object'"))
        {
            await page.EvaluateAsync(AxeScript);
        }

        var answer = await page.EvaluateAsync<string>(
            "async rules => JSON.stringify((await axe.run(document, rules.length ? { runOnly: rules, resultTypes: ['violations'] } : { resultTypes: ['violations'] })).violations)",
            onlyColors ? new[] { "color-contrast" } : []);
        return JsonDocument.Parse(answer).RootElement.EnumerateArray().Select(violation =>
            $"{violation.GetProperty("id").GetString()}: {violation.GetProperty("help").GetString()}: "
                + string.Join("; ", violation.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("html").GetString())));
    }
}
