using System.Net;
using Identity.Stores.FileSystem.Models;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Providers;

internal sealed class AdmissionTests
{
    private const string Listed = "listed@gmail.com";
    private const string ListedElsewhere = "listed@mail.example";
    private const string Evil = "evil.example";

    private ProviderScene _scene = null!;

    private static IEnumerable<TestCaseData> Strangers()
    {
        // An address counts where the provider is an authority for it.
        yield return Case("google", true, PlayedProviders.OfGoogle("1", Listed));
        yield return Case("google", true, PlayedProviders.OfGoogle("2", "LISTED@Gmail.com"));
        yield return Case("google", false, PlayedProviders.OfGoogle("3", Listed, verified: false));
        yield return Case("google", false, PlayedProviders.OfGoogle("4", "unlisted@gmail.com"));
        yield return Case("google", false, PlayedProviders.OfGoogle("5", ListedElsewhere));
        yield return Case("google", true, PlayedProviders.OfGoogle("6", ListedElsewhere, hd: "mail.example"));
        yield return Case("google", false, PlayedProviders.OfGoogle("7", "li\u017Fted@gmail.com"));
        yield return Case("google", false, PlayedProviders.OfGoogle("8", $"{Listed}@{Evil}"));
        yield return Case("company", false, PlayedProviders.OfCompany("9", Listed));
        yield return Case("company", true, PlayedProviders.OfCompany("10", "listed@company.example"));
        yield return Case("company", false, PlayedProviders.OfCompany("11", "listed@company.example", verified: false));
        yield return Case("microsoft", false, PlayedProviders.OfMicrosoft("12", PlayedProviders.OtherTenant, Listed));
        yield return Case("microsoft", false, With(PlayedProviders.OfMicrosoft("13", PlayedProviders.OtherTenant, Listed), ("email_verified", true), ("hd", "example.com")));

        // So does a domain.
        yield return Case("google", true, PlayedProviders.OfGoogle("20", "a@example.com", hd: "example.com"));
        yield return Case("google", true, PlayedProviders.OfGoogle("21", "a@example.com", hd: "Example.COM"));
        yield return Case("google", false, PlayedProviders.OfGoogle("22", "a@example.com"));
        yield return Case("google", false, PlayedProviders.OfGoogle("23", "a@example.com", hd: Evil));
        yield return Case("google", false, PlayedProviders.OfGoogle("24", "a@example.com", hd: "example.com.evil.example"));
        yield return Case("company", false, PlayedProviders.OfCompany("25", "a@example.com"));
        yield return Case("company", false, With(PlayedProviders.OfCompany("26"), ("hd", "example.com")));
        yield return Case("microsoft", false, PlayedProviders.OfMicrosoft("27", PlayedProviders.OtherTenant, "a@example.com"));

        // A tenant is Microsoft's alone.
        yield return Case("microsoft", true, PlayedProviders.OfMicrosoft("30"));
        yield return Case("microsoft", false, PlayedProviders.OfMicrosoft("31", PlayedProviders.OtherTenant));
        yield return Case("microsoft", false, PlayedProviders.OfMicrosoft("32", PlayedProviders.Consumers));
        yield return Case("google", false, With(PlayedProviders.OfGoogle("33", "x@gmail.com"), ("tid", PlayedProviders.Tenant)));
        yield return Case("company", false, With(PlayedProviders.OfCompany("34"), ("tid", PlayedProviders.Tenant)));

        // A group is that of one provider.
        yield return Case("company", true, PlayedProviders.OfCompany("40", null, true, "others", "staff"));
        yield return Case("company", true, With(PlayedProviders.OfCompany("41"), ("groups", "staff")));
        yield return Case("company", false, PlayedProviders.OfCompany("42", null, true, "Staff", "staff2", "groups=staff"));
        yield return Case("company", false, With(PlayedProviders.OfCompany("43"), ("roles", "staff")));
        yield return Case("google", false, With(PlayedProviders.OfGoogle("44", "x@gmail.com"), ("groups", "staff")));
        yield return Case("microsoft", false, With(PlayedProviders.OfMicrosoft("45", PlayedProviders.OtherTenant), ("groups", "staff")));
    }

    [OneTimeSetUp]
    public async Task StartAsync() => _scene = await ProviderScene.StartAsync(
        $"--Identity:Admission:Emails:0={Listed}",
        $"--Identity:Admission:Emails:1={ListedElsewhere}",
        "--Identity:Admission:Emails:2=listed@company.example",
        "--Identity:Admission:Domains:0=example.com",
        $"--Identity:Admission:Tenants:0={PlayedProviders.Tenant}",
        "--Identity:Admission:Groups:0:Provider=company",
        "--Identity:Admission:Groups:0:Value=staff");

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [TestCaseSource(nameof(Strangers))]
    public async Task A_stranger_enters_where_a_setting_says_so(string provider, bool isAdmitted, Dictionary<string, object> claims)
    {
        var before = (await _scene.Scene.ListUserNamesAsync()).Count;
        var browser = _scene.Scene.OpenBrowser();
        var page = await _scene.EnterAsync(_scene.Providers.Single(played => played.Name == provider), claims, browser);

        Assert.That(page.Text, isAdmitted ? Does.Contain("signed in as") : Does.Contain("You need an invitation"));
        Assert.That(page.Status, Is.EqualTo(isAdmitted ? HttpStatusCode.OK : HttpStatusCode.Forbidden));
        Assert.That((await browser.GoAsync("/")).Text.Contains("signed in as", StringComparison.Ordinal), Is.EqualTo(isAdmitted));
        Assert.That((await _scene.Scene.ListUserNamesAsync()).Count - before, Is.EqualTo(isAdmitted ? 1 : 0));
    }

    [Test]
    public async Task Without_a_setting_nobody_enters_but_whose_identity_an_account_has()
    {
        await using var scene = await ProviderScene.StartAsync();
        await scene.Scene.ChangeUserAsync(Scene.UserName, user => user.Logins =
            [new UserLogin { Issuer = "https://accounts.google.com", Subject = "alice", Provider = "google" }]);
        foreach (var (provider, claims) in new[]
        {
            (scene.Google, PlayedProviders.OfGoogle("1", Listed, hd: "example.com")),
            (scene.Microsoft, PlayedProviders.OfMicrosoft("1")),
            (scene.Company, PlayedProviders.OfCompany("1", "a@company.example", true, "staff")),
        })
        {
            var page = await scene.EnterAsync(provider, claims, scene.Scene.OpenBrowser());
            Assert.That(page.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        }

        var alice = await scene.EnterAsync(scene.Google, PlayedProviders.OfGoogle("alice", "whatever@gmail.com"));

        Assert.That(alice.Text, Does.Contain("signed in as alice"));
        Assert.That(await scene.Scene.ListUserNamesAsync(), Is.EqualTo(new[] { Scene.UserName }));
    }

    [Test]
    public async Task The_first_account_is_no_strangers()
    {
        await using var scene = await ProviderScene.StartAsync("--Identity:Admission:Everyone=true");
        await using (var scope = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.CreateAsyncScope(scene.Scene.Server.Services))
        {
            var users = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<User>>(scope.ServiceProvider);
            await users.DeleteAsync((await users.FindByNameAsync(Scene.UserName))!);
        }

        Assert.That((await scene.EnterAsync(scene.Google, PlayedProviders.OfGoogle("1", Listed))).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await scene.Scene.ListUserNamesAsync(), Is.Empty);
    }

    [Test]
    public async Task Who_is_no_longer_admitted_loses_session_sign_in_and_connection_and_has_them_again_when_admitted_again()
    {
        await using var scene = await ProviderScene.StartAsync();
        await scene.RestartAsync(("Identity:Admission:Domains:0", "example.com"));
        var claims = PlayedProviders.OfGoogle("1", "a@example.com", hd: "example.com");
        var browser = scene.Scene.Browser;
        var consent = await scene.EnterAsync(scene.Google, claims, returnUrl: (await browser.GoAsync(scene.Scene.AuthorizeUrl(Scene.WebRedirectUri))).Forms
            .SelectMany(form => form.Fields).First(field => field.Name == "returnUrl").Value);
        var code = Scene.Answer((await browser.SubmitAsync(consent, [new("decision", "allow")])).LeftFor!)["code"]!;
        var first = await RedeemAsync(scene, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Scene.WebRedirectUri), ("code_verifier", new string('v', 43)));
        var second = await RedeemAsync(scene, ("grant_type", "refresh_token"), ("refresh_token", first.RefreshToken!));
        Assert.That(second.Status, Is.EqualTo(HttpStatusCode.OK), "a refresh before");

        await scene.RestartAsync(("Identity:Admission:Domains:0", "example.org"));

        Assert.That((await browser.GoAsync("/")).Text, Does.Not.Contain("signed in as"));
        Assert.That((await scene.EnterAsync(scene.Google, claims, scene.Scene.OpenBrowser())).Text, Does.Contain("You need an invitation"));
        var refused = await RedeemAsync(scene, ("grant_type", "refresh_token"), ("refresh_token", second.RefreshToken!));
        Assert.That((refused.Status, refused.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_grant")));

        await scene.RestartAsync(("Identity:Admission:Domains:0", "example.com"));
        Assert.That((await scene.EnterAsync(scene.Google, claims, browser)).Text, Does.Contain("signed in as"));
        Assert.That(
            (await browser.GoAsync((await browser.GoAsync("/connections")).Links.Single(link => link.StartsWith("/connections/", StringComparison.Ordinal)))).Text,
            Does.Contain("It ended because your account is no longer let in by whoever runs this server."));
        var ended = await RedeemAsync(scene, ("grant_type", "refresh_token"), ("refresh_token", second.RefreshToken!));
        Assert.That(ended.Error, Is.EqualTo("invalid_grant"), "a connection that has ended stays so");
    }

    [Test]
    public async Task What_the_provider_says_at_a_sign_in_counts_from_then_on()
    {
        await using var scene = await ProviderScene.StartAsync("--Identity:Admission:Groups:0:Provider=company", "--Identity:Admission:Groups:0:Value=staff");
        var old = scene.Scene.OpenBrowser();
        Assert.That((await scene.EnterAsync(scene.Company, PlayedProviders.OfCompany("1", null, true, "staff"), old)).Text, Does.Contain("signed in as"));

        var left = await scene.EnterAsync(scene.Company, PlayedProviders.OfCompany("1"), scene.Scene.OpenBrowser());

        Assert.That(left.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await old.GoAsync("/")).Text, Does.Not.Contain("signed in as"), "the session from before");
    }

    private static TestCaseData Case(string provider, bool isAdmitted, Dictionary<string, object> claims)
        => new TestCaseData(provider, isAdmitted, claims).SetArgDisplayNames(provider, isAdmitted ? "in" : "out", System.Text.Json.JsonSerializer.Serialize(
            claims.Where(claim => claim.Key is "sub" or "oid" or "tid" or "email" or "email_verified" or "hd" or "groups" or "roles").ToDictionary()));

    private static Dictionary<string, object> With(Dictionary<string, object> claims, params (string Name, object Value)[] further)
    {
        foreach (var (name, value) in further)
        {
            claims[name] = value;
        }

        return claims;
    }

    private static async Task<(HttpStatusCode Status, string? RefreshToken, string? Error)> RedeemAsync(ProviderScene scene, params (string Name, string Value)[] form)
    {
        using var client = scene.Scene.Server.CreateClient();
        using var content = new FormUrlEncodedContent(form.Append(("client_id", Scene.ClientId)).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        using var response = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), content);
        var json = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return (
            response.StatusCode,
            json.TryGetProperty("refresh_token", out var token) ? token.GetString() : null,
            json.TryGetProperty("error", out var error) ? error.GetString() : null);
    }
}
