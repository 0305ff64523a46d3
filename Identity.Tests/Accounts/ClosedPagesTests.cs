using System.Net;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Identity.Tests.Accounts;

/// <summary>Every page about accounts that there is, whoever adds it, is closed to those whom it does not concern.</summary>
internal sealed class ClosedPagesTests
{
    /// <summary>What strangers may see: how one gets in, and where one ends.</summary>
    private static readonly string[] Open =
    [
        "/account/sign-in", "/account/sign-out", "/account/setup", "/account/forgot-password", "/account/reset-password", "/account/invitation",
        "/account/confirm-email", "/account/deleted",
    ];

    private Scene _scene = null!;
    private string _id = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _scene = await Scene.StartAsync();
        _id = (await _scene.FindUserAsync(Scene.UserName))!.Id;
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task Strangers_sign_in_first()
    {
        var closed = Pages().Where(path => !Open.Any(open => path == open || path.StartsWith(open + "/", StringComparison.Ordinal))).ToList();
        Assert.That(closed, Has.Count.GreaterThan(5));
        var browser = _scene.OpenBrowser();
        var token = Token(await browser.GoAsync("/account/sign-in"));
        foreach (var path in closed)
        {
            Assert.That((await browser.GoAsync(path)).Address.AbsolutePath, Is.EqualTo("/account/sign-in"), path);
            var posted = await browser.PostAsync(new Uri(path, UriKind.Relative), [token]);
            Assert.That(posted.Address.AbsolutePath == "/account/sign-in" || posted.Status is HttpStatusCode.MethodNotAllowed, path);
        }

        Assert.That((await _scene.FindUserAsync(Scene.UserName))!.PasswordHash, Is.Not.Null);
    }

    [Test]
    public async Task To_who_is_no_administrator_there_is_no_administration()
    {
        await _scene.AddUserAsync("ordinary");
        var browser = await _scene.OpenAsync("ordinary");
        var token = Token(await browser.GoAsync("/account/sign-out"));
        var pages = Pages().Where(path => path.StartsWith("/administration", StringComparison.Ordinal)).ToList();
        Assert.That(pages, Is.Not.Empty);
        foreach (var path in pages)
        {
            var posted = await browser.PostAsync(new Uri(path, UriKind.Relative), [token, new("deed", "promote"), new("UserName", "planted")]);
            Assert.That((await browser.GoAsync(path)).Status, Is.EqualTo(HttpStatusCode.NotFound), path);
            Assert.That(posted.Status, Is.EqualTo(HttpStatusCode.NotFound), path);
        }

        Assert.That(await _scene.FindUserAsync("planted"), Is.Null);
        Assert.That((await _scene.FindUserAsync("ordinary"))!.IsAdministrator, Is.False);
    }

    private IEnumerable<string> Pages() => _scene.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>()
        .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'))
        .Where(path => path.StartsWith("/account", StringComparison.Ordinal) || path.StartsWith("/administration", StringComparison.Ordinal))
        // An account that there is: who may not see it must not see that it is there either.
        .Select(path => path.Replace("{id}", _id, StringComparison.Ordinal))
        .Distinct();

    private static KeyValuePair<string, string> Token(BrowserPage page)
        => new("__RequestVerificationToken", page.Forms[0].Fields.Single(field => field.Name == "__RequestVerificationToken").Value);
}
