using System.Net;
using Identity.Tests.ClientDocuments;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.Clients;

/// <summary>Every client that is known connects, stays connected over a restart, and finds its way back when it was forgotten.</summary>
public sealed class KnownClientTests
{
    private static readonly string[] Arguments = ["--Identity:Scopes:0:Name=mcp:tools", "--Identity:Scopes:0:Description=Use tools"];

    private DocumentScene _scene = null!;

    private static IEnumerable<TestCaseData> All => KnownClients.All.Select(shape => new TestCaseData(shape));

    private static IEnumerable<TestCaseData> OneOfEachKind => new[] { KnownClients.ClaudeCode, KnownClients.Claude, KnownClients.VisualStudioCodeDocument }.Select(shape => new TestCaseData(shape));

    [OneTimeSetUp]
    public async Task StartAsync() => _scene = await DocumentScene.StartAsync(Arguments);

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [TestCaseSource(nameof(All))]
    public Task It_connects_and_stays_connected_over_a_restart(object known) => PlayAsync(_scene, (ClientShape)known);

    [Test]
    public async Task They_do_so_at_a_server_that_is_below_a_path_behind_a_proxy()
    {
        var issuer = new Uri("https://id.example.com/tenant");
        await using var scene = await DocumentScene.StartAsync([.. Arguments, $"--Identity:Issuer={issuer}", "--Identity:Proxies:0=127.0.0.1"]);
        await PlayAsync(scene, KnownClients.Inspector, issuer);
        await PlayAsync(scene, KnownClients.ChatGptDocument, issuer);
    }

    [TestCaseSource(nameof(OneOfEachKind))]
    public async Task One_that_was_forgotten_is_told_so_and_connects_anew(object known)
    {
        var shape = (ClientShape)known;
        using var player = new ClientPlayer(_scene, shape);
        await player.DiscoverAsync();
        await player.IntroduceAsync();
        var before = player.Receive(await player.ExchangeAsync(await player.AuthorizeAsync(shape.Query)), shape.Scope);
        await ForgetAsync(player.ClientId);

        var answer = await player.RefreshAsync(before);
        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
        if (!shape.IsDocument)
        {
            using var browser = _scene.Scene.OpenBrowser();
            var page = await browser.GoAsync(player.AuthorizeUrl(shape.Query, new string('v', 43)));
            Assert.That((page.Status, page.LeftFor), Is.EqualTo((HttpStatusCode.BadRequest, (Uri?)null)));
            Assert.That(page.Html, Does.Not.Contain(shape.RedirectUri));
            Assert.That(page.Text, Does.Contain("Claude Code"), "what to do about it");
        }

        // What it was granted before is gone with it, whatever its name is now.
        await player.IntroduceAsync();
        var code = await player.AuthorizeAsync(shape.Query);
        Assert.That((await player.RefreshAsync(before)).Error, Is.EqualTo("invalid_grant"));
        player.Receive(await player.ExchangeAsync(code), shape.Scope);
    }

    [Test]
    public void Scripts_of_other_sites_read_nothing_of_what_is_for_people()
    {
        using var http = new HttpClient(new CrossOriginHandler("http://localhost:6274", new SocketsHttpHandler())) { BaseAddress = _scene.Server.Address };
        Assert.That(() => http.GetStringAsync("/account/sign-in"), Throws.InstanceOf<HttpRequestException>().With.Message.Contains("reads nothing"));
        Assert.That(() => http.DeleteAsync("/connect/token"), Throws.InstanceOf<HttpRequestException>().With.Message.Contains("may not DELETE"));
        Assert.That(() => http.GetStringAsync("/connect/authorize"), Throws.InstanceOf<HttpRequestException>().With.Message.Contains("reads nothing"));
    }

    private static async Task PlayAsync(DocumentScene scene, ClientShape shape, Uri? issuer = null)
    {
        using var player = new ClientPlayer(scene, shape, issuer);
        await player.DiscoverAsync();
        await player.IntroduceAsync();
        var first = player.Receive(await player.ExchangeAsync(await player.AuthorizeAsync(shape.Query)), shape.Scope);

        await scene.Server.RestartAsync();
        var second = player.Receive(await player.RefreshAsync(first), shape.Scope);
        var third = player.Receive(await player.RefreshAsync(second), shape.Scope);
        Assert.That(new[] { first, second, third }, Is.Unique);

        // Connected once more it has two connections, and giving up the one ends that alone.
        var scope = shape.NextScope ?? shape.Scope;
        var other = player.Receive(await player.ExchangeAsync(await player.AuthorizeAsync(shape.NextQuery ?? shape.Query)), scope);
        Assert.That((await player.RevokeAsync(third)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await player.RefreshAsync(third)).Error, Is.EqualTo("invalid_grant"));
        player.Receive(await player.RefreshAsync(other), scope);
        Assert.That(player.Crossing?.Preflights, shape.Origin is null ? Is.Null : Is.Positive);
    }

    private async Task ForgetAsync(string clientId)
    {
        await using var scope = _scene.Server.Services.CreateAsyncScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        await applications.DeleteAsync((await applications.FindByClientIdAsync(clientId))!);
    }
}
