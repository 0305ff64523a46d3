using System.Net;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Providers;

internal sealed class ExternalSignInTests
{
    private ProviderScene _scene = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _scene = await ProviderScene.StartAsync("--Identity:Admission:Everyone=true");

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task The_sign_in_page_offers_each_provider_and_the_way_leads_on_to_the_client()
    {
        var browser = _scene.Scene.OpenBrowser();
        foreach (var (provider, claims) in new[]
        {
            (_scene.Google, PlayedProviders.OfGoogle("g1", "g1@gmail.com")),
            (_scene.Microsoft, PlayedProviders.OfMicrosoft("m1")),
            (_scene.Company, PlayedProviders.OfCompany("c1")),
        })
        {
            browser = _scene.Scene.OpenBrowser();
            var signIn = await browser.GoAsync(_scene.Scene.AuthorizeUrl(Scene.WebRedirectUri));
            var link = signIn.Links.Single(link => link.Contains($"provider={provider.Name}", StringComparison.Ordinal));
            var away = await browser.GoAsync(link);
            var consent = await browser.GoAsync(provider.Agree(away.LeftFor!, claims));
            Assert.That(HttpBrowser.IsConsent(consent), consent.Text);

            var client = await browser.SubmitAsync(consent, [new("decision", "allow")]);

            Assert.That(client.LeftFor?.AbsoluteUri, Does.StartWith(Scene.WebRedirectUri).And.Contain("code="));
        }
    }

    [Test]
    public async Task A_stranger_gets_an_account_without_password_that_is_found_again_by_issuer_and_subject()
    {
        var first = await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("g2", "g2@gmail.com"), _scene.Scene.OpenBrowser());
        var second = await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("g2", "changed@gmail.com"), _scene.Scene.OpenBrowser());

        var user = (await _scene.FindUserAsync("https://accounts.google.com", "g2"))!;
        Assert.That(first.Text, Does.Contain("signed in as g2@gmail.com"));
        Assert.That(second.Text, Does.Contain("signed in as g2@gmail.com"));
        Assert.That((user.IsAdministrator, user.PasswordHash, user.EmailConfirmed, user.Email), Is.EqualTo((false, (string?)null, true, "g2@gmail.com")));
        Assert.That(user.Logins.Single().Email, Is.EqualTo("changed@gmail.com"), "what admission goes by is what the provider says now");
    }

    [Test]
    public async Task Who_has_the_name_of_an_account_gets_another_name()
    {
        await _scene.EnterAsync(_scene.Company, PlayedProviders.OfCompany(Scene.UserName), _scene.Scene.OpenBrowser());

        Assert.That((await _scene.FindUserAsync(PlayedProviders.CompanyIssuer, Scene.UserName))!.UserName, Is.EqualTo("alice-2"));
    }

    [Test]
    public async Task The_same_subject_of_another_issuer_is_somebody_else()
    {
        await _scene.EnterAsync(_scene.Company, PlayedProviders.OfCompany("same"), _scene.Scene.OpenBrowser());
        await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("same", "same@gmail.com"), _scene.Scene.OpenBrowser());
        await _scene.EnterAsync(_scene.Microsoft, PlayedProviders.OfMicrosoft("same"), _scene.Scene.OpenBrowser());
        await _scene.EnterAsync(_scene.Microsoft, PlayedProviders.OfMicrosoft("same", PlayedProviders.OtherTenant), _scene.Scene.OpenBrowser());

        var users = new[]
        {
            await _scene.FindUserAsync(PlayedProviders.CompanyIssuer, "same"),
            await _scene.FindUserAsync("https://accounts.google.com", "same"),
            await _scene.FindUserAsync($"https://login.microsoftonline.com/{PlayedProviders.Tenant}/v2.0", "same"),
            await _scene.FindUserAsync($"https://login.microsoftonline.com/{PlayedProviders.OtherTenant}/v2.0", "same"),
        };
        Assert.That(users.Select(user => user!.Id), Is.Unique);
    }

    [Test]
    public async Task No_claim_of_anybody_leads_to_the_administrators_account()
    {
        const string Address = "boss@example.com";
        await _scene.Scene.AddUserAsync("boss", user => (user.Email, user.EmailConfirmed, user.IsAdministrator) = (Address, true, true));
        var boss = await _scene.FindUserAsync("boss");
        string[] claimed = ["email", "preferred_username", "upn", "unique_name", "verified_primary_email", "name", "sub", "login_hint", "nickname"];
        foreach (var value in new[] { Address, "boss", boss.Id })
        {
            foreach (var claim in claimed)
            {
                var microsoft = PlayedProviders.OfMicrosoft($"o-{claim}-{value}");
                (microsoft[claim], microsoft["email_verified"], microsoft["xms_edov"]) = (value, true, true);
                var page = await _scene.EnterAsync(_scene.Microsoft, microsoft, _scene.Scene.OpenBrowser());
                Assert.That(page.Text, Does.Contain("signed in as").And.Not.Contain("signed in as boss,").And.Not.Contain("administrator"), $"{claim}: {value}");
            }

            var company = PlayedProviders.OfCompany(value, Address);
            Assert.That((await _scene.EnterAsync(_scene.Company, company, _scene.Scene.OpenBrowser())).Text, Does.Not.Contain("administrator"));
        }

        var google = await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("not the boss", Address, hd: "example.com"), _scene.Scene.OpenBrowser());
        Assert.That(google.Text, Does.Contain("signed in as").And.Not.Contain("administrator"));
        Assert.That((await _scene.FindUserAsync("boss")).Logins, Is.Empty);
        Assert.That((await _scene.FindUserAsync("https://accounts.google.com", "not the boss"))!.Email, Is.Null, "one account has the address already");
    }

    [TestCase("https://login.microsoftonline.com/22222222-bbbb-4bbb-8bbb-222222222222/v2.0", PlayedProviders.Tenant, "o")]
    [TestCase("https://login.microsoftonline.com/{tenantid}/v2.0", PlayedProviders.Tenant, "o")]
    [TestCase("https://login.microsoftonline.com/common/v2.0", PlayedProviders.Tenant, "o")]
    [TestCase("https://login.microsoftonline.com/common/v2.0", "common", "o")]
    [TestCase("https://evil.example/11111111-aaaa-4aaa-8aaa-111111111111/v2.0", PlayedProviders.Tenant, "o")]
    [TestCase("https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-111111111111/v2.0", "", "o")]
    [TestCase("https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-111111111111/v2.0", PlayedProviders.Tenant, "")]
    public async Task A_Microsoft_token_whose_issuer_is_not_that_of_its_tenant_is_refused(string issuer, string tenant, string objectId)
    {
        var claims = PlayedProviders.OfMicrosoft("o");
        (claims["iss"], claims["tid"], claims["oid"]) = (issuer, tenant, objectId);

        var page = await _scene.EnterAsync(_scene.Microsoft, claims, _scene.Scene.OpenBrowser());

        Assert.That((page.Status, page.Text.Contains("Microsoft does not answer", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.BadRequest, true)), page.Text);
    }

    [TestCase("iss", "https://evil.example")]
    [TestCase("aud", "another client")]
    [TestCase("nonce", "of another sign-in")]
    [TestCase("sub", "")]
    public async Task A_token_that_is_not_meant_for_this_sign_in_is_refused(string claim, string value)
    {
        foreach (var (provider, claims) in new[]
        {
            (_scene.Google, PlayedProviders.OfGoogle("g3", "g3@gmail.com")),
            (_scene.Company, PlayedProviders.OfCompany("c3")),
        })
        {
            claims[claim] = value;
            var page = await _scene.EnterAsync(provider, claims, _scene.Scene.OpenBrowser());
            Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest), page.Text);
            Assert.That(page.Text, Does.Contain("does not answer"));
        }
    }

    [Test]
    public async Task Nothing_of_the_providers_tokens_is_kept()
    {
        await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("g4", "g4@gmail.com"), _scene.Scene.OpenBrowser());

        foreach (var file in Directory.EnumerateFiles(_scene.Scene.Server.StorageDirectory, "*.json*"))
        {
            Assert.That(await File.ReadAllTextAsync(file), Does.Not.Contain("not for this server to keep").And.Not.Contain("google-secret"), file);
        }

        Assert.That(string.Concat(_scene.Scene.Server.Log.Entries.Select(entry => entry.Message)), Does.Not.Contain("not for this server to keep").And.Not.Contain("google-secret"));
    }

    [Test]
    public async Task A_disabled_account_is_not_entered()
    {
        await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("g5", "g5@gmail.com"), _scene.Scene.OpenBrowser());
        await _scene.Scene.ChangeUserAsync("g5@gmail.com", user => user.IsDisabled = true);

        var page = await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("g5", "g5@gmail.com"), _scene.Scene.OpenBrowser());

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(page.Text, Does.Contain("You need an invitation"));
    }
}
