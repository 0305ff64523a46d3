using System.Net;
using Identity.Server.ClientDocuments;
using Identity.Server.ClientDocuments.Fetching;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.ClientDocuments;

public sealed class DocumentClientTests
{
    private DocumentScene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await DocumentScene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_client_that_describes_itself_connects_and_refreshes_after_a_restart_without_its_host()
    {
        var tokens = await _scene.Scene.ConnectAsync(_scene.Client);
        Assert.That(_scene.Host.Requests, Is.EqualTo(new[] { DocumentScene.Path }), "once for the whole way");

        await _scene.Server.StopAsync();
        await _scene.Host.StopAsync();
        await _scene.Server.StartAgainAsync();
        var refreshed = Tokens.Tokens.From(await _scene.RefreshAsync(tokens.RefreshToken!, assertion: null));

        Assert.That(refreshed.RefreshToken, Is.Not.Null.And.Not.EqualTo(tokens.RefreshToken));
        Assert.That((await _scene.Scene.RevokeAsync(_scene.Client, refreshed.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _scene.RefreshAsync(refreshed.RefreshToken!, assertion: null)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task It_is_not_on_disk_before_a_user_has_agreed_and_marked_there_afterwards()
    {
        using var browser = await _scene.SignInAsync();
        var page = await _scene.OpenAuthorizeAsync(browser);
        Assert.That(HttpBrowser.IsConsent(page), page.Text);
        Assert.That(page.Text, Does.Contain("Self-described").And.Contain($"It describes itself at {DocumentHost.Name}:{_scene.Host.Port}"));
        Assert.That(_scene.ReadDisk(), Does.Not.Contain(_scene.ClientId));

        await browser.SubmitAsync(page, [new("decision", "deny")]);
        Assert.That(_scene.ReadDisk(), Does.Not.Contain(_scene.ClientId));

        await browser.SubmitAsync(await _scene.OpenAuthorizeAsync(browser), [new("decision", "allow")]);
        await _scene.Server.StopAsync();
        Assert.That(_scene.Scene.ReadFile("clients.json"), Does.Contain(_scene.ClientId).And.Contain("client_id_metadata_document").And.Contain("fetched_at"));
    }

    [Test]
    public async Task It_pushes_its_request_as_others_do()
    {
        var pushed = await _scene.Scene.PostAsync("/connect/par", _scene.Client, Scene.Parameters(ClientScene.RedirectUri, ("client_id", _scene.ClientId)));
        Assert.That(pushed.Status, Is.EqualTo(HttpStatusCode.Created), pushed.Json.ToString());
        using var browser = await _scene.SignInAsync();
        var page = await browser.GoAsync($"/connect/authorize?client_id={Uri.EscapeDataString(_scene.ClientId)}&request_uri={Uri.EscapeDataString(pushed.Json.GetProperty("request_uri").GetString()!)}");
        var answer = await browser.SubmitAsync(page, [new("decision", "allow")]);
        Assert.That(Scene.Answer(answer.LeftFor!), Does.ContainKey("code"));
    }

    [Test]
    public async Task Remembered_consent_holds_while_the_document_says_the_same()
    {
        await _scene.Scene.ConnectAsync(_scene.Client);
        _scene.OutliveDocument();
        _scene.Publish(("client_name", "Renamed"));

        using var browser = await _scene.SignInAsync();
        Assert.That((await _scene.OpenAuthorizeAsync(browser)).LeftFor, Is.Not.Null);
        Assert.That(_scene.Host.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Other_redirect_URIs_are_asked_about_again_and_named()
    {
        await _scene.Scene.ConnectAsync(_scene.Client);
        _scene.OutliveDocument();
        _scene.Publish(("redirect_uris", new[] { ClientScene.RedirectUri, "https://attacker.example/" }));

        using var browser = await _scene.SignInAsync();
        var silent = await _scene.OpenAuthorizeAsync(browser, ("prompt", "none"));
        Assert.That(Scene.Answer(silent.LeftFor!)["error"], Is.EqualTo("consent_required"));

        var page = await _scene.OpenAuthorizeAsync(browser);
        Assert.That(page.Text, Does.Contain("Since you last allowed it, this has changed").And.Contain("Answers may now go to https://attacker.example/"));

        await browser.SubmitAsync(page, [new("decision", "allow")]);
        Assert.That((await _scene.OpenAuthorizeAsync(browser)).LeftFor, Is.Not.Null, "it was agreed to");
    }

    [Test]
    public async Task Other_keys_are_asked_about_again()
    {
        using var first = new ClientKey("1");
        using var second = new ClientKey("2");
        _scene.Publish(("token_endpoint_auth_methods_supported", new[] { "none", "private_key_jwt" }), ("jwks", new { keys = new[] { first.Public } }));
        await _scene.Scene.ConnectAsync(_scene.Client);
        _scene.OutliveDocument();
        _scene.Publish(("token_endpoint_auth_methods_supported", new[] { "none", "private_key_jwt" }), ("jwks", new { keys = new[] { second.Public } }));

        using var browser = await _scene.SignInAsync();
        Assert.That((await _scene.OpenAuthorizeAsync(browser)).Text, Does.Contain("It proves who it is by other keys than before"));
    }

    [Test]
    public async Task What_changes_while_a_person_reads_is_shown_before_it_is_agreed_to()
    {
        using var browser = await _scene.SignInAsync();
        var page = await _scene.OpenAuthorizeAsync(browser);
        _scene.OutliveDocument();
        _scene.Publish(("redirect_uris", new[] { ClientScene.RedirectUri, "https://attacker.example/" }));

        var again = await browser.SubmitAsync(page, [new("decision", "allow")]);
        Assert.That(HttpBrowser.IsConsent(again), again.Text);
        Assert.That((await browser.SubmitAsync(again, [new("decision", "allow")])).LeftFor, Is.Not.Null);
    }

    [Test]
    public async Task Whoever_deletes_the_client_deletes_what_was_agreed_to_and_it_may_come_again()
    {
        await _scene.Scene.ConnectAsync(_scene.Client);
        await using (var scope = _scene.Server.Services.CreateAsyncScope())
        {
            var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
            await applications.DeleteAsync((await applications.FindByClientIdAsync(_scene.ClientId))!);
        }

        Assert.That(_scene.Server.Services.GetRequiredService<Collection<DocumentConsent>>().Count, Is.Zero);
        await _scene.Scene.ConnectAsync(_scene.Client);
        Assert.That(_scene.Server.Services.GetRequiredService<Collection<DocumentConsent>>().Count, Is.EqualTo(1));
    }

    [TestCase(404)]
    [TestCase(410)]
    public async Task A_document_that_is_gone_ends_new_authorizations_at_once_and_no_connection(int status)
    {
        var tokens = await _scene.Scene.ConnectAsync(_scene.Client);
        _scene.OutliveDocument();
        _scene.Host.MapStatus(DocumentScene.Path, status);
        await AssertUnknownAsync();

        // Remembered, when its host cannot be asked any more.
        await _scene.Server.StopAsync();
        await _scene.Host.StopAsync();
        await _scene.Server.StartAgainAsync();
        await AssertUnknownAsync();
        Tokens.Tokens.From(await _scene.RefreshAsync(tokens.RefreshToken!, assertion: null));
    }

    [Test]
    public async Task A_document_that_comes_back_is_good_again()
    {
        await _scene.Scene.ConnectAsync(_scene.Client);
        _scene.OutliveDocument();
        _scene.Host.MapStatus(DocumentScene.Path, 404);
        await AssertUnknownAsync();

        _scene.Publish();
        _scene.OutliveDocument();
        await _scene.Scene.ConnectAsync(_scene.Client);
    }

    [Test]
    public async Task The_last_good_copy_serves_for_7_days_and_over_a_restart()
    {
        await _scene.Scene.ConnectAsync(_scene.Client);
        _scene.Host.MapStatus(DocumentScene.Path, 503);
        await _scene.Server.RestartAsync();
        _scene.Scene.Time.Advance(RemoteCopy<string>.Lifetime - TimeSpan.FromMinutes(1));
        await _scene.Scene.ConnectAsync(_scene.Client);

        _scene.Scene.Time.Advance(TimeSpan.FromMinutes(1));
        await AssertUnknownAsync();
    }

    [Test]
    public async Task A_document_that_cannot_be_had_is_an_unknown_client()
    {
        _scene.Host.MapStatus(DocumentScene.Path, 500);
        await AssertUnknownAsync();
        Assert.That(_scene.ReadDisk(), Does.Not.Contain(_scene.ClientId));

        // With the reason in the log, where whoever writes the document may look for it.
        Assert.That(_scene.Server.Log.Entries.Select(entry => entry.Message), Has.Some.Contains("500").And.Some.Contains(_scene.ClientId));
    }

    [Test]
    public async Task The_token_endpoint_fetches_nothing_for_a_client_that_nobody_agreed_to()
    {
        DocumentScene.AssertRefused(await _scene.RefreshAsync("anything", assertion: null));
        DocumentScene.AssertRefused(await _scene.Scene.RevokeAsync(_scene.Client, "anything"));
        Assert.That(_scene.Host.Requests, Is.Empty);
    }

    [Test]
    public async Task A_client_may_come_back_on_any_port_of_this_machine()
    {
        _scene.Publish(("redirect_uris", new[] { "http://localhost/callback", "http://127.0.0.1/callback" }));
        using var browser = await _scene.SignInAsync();
        var page = await _scene.OpenAuthorizeAsync(browser, ("redirect_uri", "http://127.0.0.1:53682/callback"));
        Assert.That(page.Text, Does.Contain("a program on the device you are using"));
        Assert.That((await browser.SubmitAsync(page, [new("decision", "allow")])).LeftFor?.Port, Is.EqualTo(53682));
    }

    [Test]
    public async Task Where_it_is_switched_off_it_is_neither_advertised_nor_fetched()
    {
        await using var off = await DocumentScene.StartAsync("--Identity:ClientDocuments:Enabled=false");
        using var http = off.Server.CreateClient();
        Assert.That(await http.GetStringAsync("/.well-known/oauth-authorization-server"), Does.Not.Contain("client_id_metadata_document_supported"));
        using var browser = await off.SignInAsync();
        Assert.That((await off.OpenAuthorizeAsync(browser)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(off.Host.Requests, Is.Empty);
    }

    private async Task AssertUnknownAsync()
    {
        using var browser = await _scene.SignInAsync();
        var page = await _scene.OpenAuthorizeAsync(browser);
        Assert.That((page.Status, page.LeftFor), Is.EqualTo((HttpStatusCode.BadRequest, (Uri?)null)), page.Text);
        var unknown = await browser.GoAsync(new Uri(_scene.Server.Address, Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString(
            "/connect/authorize", Scene.Parameters(ClientScene.RedirectUri, ("client_id", "never-registered")))));
        Assert.That(WithoutReference(page), Is.EqualTo(WithoutReference(unknown)));
        Assert.That(page.Html, Does.Not.Contain(ClientScene.RedirectUri));
    }

    private static string WithoutReference(BrowserPage page) => System.Text.RegularExpressions.Regex.Replace(page.Text, "(?<=this reference: )[A-Z0-9]{8}", "");
}
