using System.Net;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Profile;

/// <summary>What is kept about a person: they can have it, and it goes with the account.</summary>
internal sealed class PersonalDataTests
{
    private const string Email = "bettina.mustermann@example.com";

    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_person_gets_a_copy_without_secrets()
    {
        var (id, browser) = await LiveAsync();

        var page = await browser.SubmitAsync(await browser.GoAsync("/account/data"), []);

        Assert.That(page.ContentType, Is.EqualTo("application/json"));
        var document = JsonDocument.Parse(page.Html).RootElement;
        Assert.That(document.GetProperty("account").GetProperty("userName").GetString(), Is.EqualTo("bettina"));
        Assert.That(document.GetProperty("account").GetProperty("email").GetString(), Is.EqualTo(Email));
        Assert.That(document.GetProperty("consents")[0].GetProperty("clientId").GetString(), Is.EqualTo(Scene.ClientId));
        Assert.That(document.GetProperty("connections").ValueKind, Is.EqualTo(JsonValueKind.Array));
        var user = (await _scene.FindUserAsync("bettina"))!;
        Assert.That(user.Id, Is.EqualTo(id));
        Assert.That(page.Html, Does.Not.Contain(user.PasswordHash!).And.Not.Contain(user.SecurityStamp!).And.Not.Contain(Scene.UserName));
    }

    [Test]
    public async Task Nothing_is_left_of_a_person_who_deletes_the_account()
    {
        var (id, browser) = await LiveAsync();
        var elsewhere = await _scene.OpenAsync("bettina");
        var form = await browser.GoAsync("/account/delete");

        var unconfirmed = await browser.SubmitAsync(form, []);
        var done = await browser.SubmitAsync(form, [new("Confirmed", "true")]);
        var again = await browser.SubmitAsync(form, [new("Confirmed", "true")]);

        Assert.That(unconfirmed.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(done.Text, Does.Contain("Your account is deleted"));
        Assert.That(again.Status, Is.EqualTo(HttpStatusCode.BadRequest), "the form was somebody's who is not there any more");
        Assert.That(await browser.IsSignedInAsync(), Is.False);
        Assert.That(await elsewhere.IsSignedInAsync(), Is.False);
        Assert.That(await _scene.CanSignInAsync("bettina", Scene.Password), Is.False);
        await _scene.Server.StopAsync();
        foreach (var file in _scene.Server.Files)
        {
            var content = await File.ReadAllTextAsync(Path.Combine(_scene.Server.StorageDirectory, file));
            Assert.That(content, Does.Not.Contain(id).And.Not.Contain("bettina").IgnoreCase, file);
        }

        await _scene.Server.StartAgainAsync();
        Assert.That(await _scene.CanSignInAsync(Scene.UserName, Scene.Password), Is.True, "others stay");
    }

    [Test]
    public async Task The_last_administrator_cannot_leave()
    {
        await _scene.ChangeUserAsync(Scene.UserName, user => user.IsAdministrator = true);
        await _scene.AddUserAsync("disabled", user => (user.IsAdministrator, user.IsDisabled) = (true, true));
        var browser = await _scene.OpenAsync(Scene.UserName);

        var refused = await DeleteAsync(browser);
        await _scene.AddUserAsync("anna", user => user.IsAdministrator = true);
        var done = await DeleteAsync(browser);

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(refused.Text, Does.Contain("This is the last administrator"));
        Assert.That(done.Text, Does.Contain("Your account is deleted"));

        static async Task<BrowserPage> DeleteAsync(HttpBrowser browser)
            => await browser.SubmitAsync(await browser.GoAsync("/account/delete"), [new("Confirmed", "true")]);
    }

    [Test]
    public async Task The_form_for_leaving_survives_a_restart()
    {
        var (_, browser) = await LiveAsync();
        var form = await browser.GoAsync("/account/delete");
        await _scene.Server.RestartAsync();

        Assert.That((await browser.SubmitAsync(form, [new("Confirmed", "true")])).Text, Does.Contain("Your account is deleted"));
    }

    /// <summary>Somebody who has left traces wherever one can: an address, a connection with tokens, a consent.</summary>
    private async Task<(string Id, HttpBrowser Browser)> LiveAsync()
    {
        var id = await _scene.AddUserAsync("bettina", user => (user.DisplayName, user.Email) = ("Bettina Mustermann", Email));
        var browser = await _scene.OpenAsync("bettina");
        var address = await browser.AuthorizeAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri), "bettina", Scene.Password);
        using var client = _scene.Server.CreateClient();
        using var content = new FormUrlEncodedContent(
        [
            new("grant_type", "authorization_code"), new("client_id", Scene.ClientId), new("redirect_uri", Scene.WebRedirectUri),
            new("code", Scene.Answer(address)["code"]), new("code_verifier", new string('v', 43)),
        ]);
        using var response = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), content);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
        return (id, browser);
    }
}
