using System.Net;
using System.Security.Cryptography;
using System.Text;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Providers;

/// <summary>What goes wrong on the way ends at a page that says so and leads back, never at an exception.</summary>
internal sealed class ProviderFaultTests
{
    private static readonly string Large = new('x', 600_000);

    private static readonly Dictionary<string, Func<HttpResponseMessage>> Faults = new()
    {
        ["a connection that breaks"] = () => throw new HttpRequestException("refused"),
        ["no answer in time"] = () => throw new TaskCanceledException("timeout", new TimeoutException()),
        ["500"] = () => new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent("<h1>Sorry</h1>", Encoding.UTF8, "text/html") },
        ["404"] = () => new HttpResponseMessage(HttpStatusCode.NotFound),
        ["a redirect"] = () => new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri("https://evil.example/") } },
        ["nothing"] = () => Json(""),
        ["bad JSON"] = () => Json("{\"issuer\":"),
        ["a list"] = () => Json("[]"),
        ["null"] = () => Json("null"),
        ["an empty object"] = () => Json("{}"),
        ["wrong types"] = () => Json("{\"issuer\":[1],\"authorization_endpoint\":{},\"jwks_uri\":7,\"keys\":1,\"access_token\":[],\"id_token\":{}}"),
        ["a page instead of JSON"] = () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>", Encoding.UTF8, "text/html") },
        ["far too much"] = () => Json($"{{\"issuer\":\"{Large}\"}}"),
        ["another issuer"] = () => Json("{\"issuer\":\"https://evil.example\",\"authorization_endpoint\":\"https://evil.example/\",\"jwks_uri\":\"https://evil.example/\"}"),
    };

    private ProviderScene _scene = null!;

    private static IEnumerable<string> Names => Faults.Keys;

    [OneTimeSetUp]
    public async Task StartAsync() => _scene = await ProviderScene.StartAsync("--Identity:Admission:Everyone=true");

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [TearDown]
    public void Repair()
    {
        foreach (var provider in _scene.Providers)
        {
            provider.Instead = _ => null;
        }

        // A request that ends with an exception would be among these, whatever the person saw.
        Assert.That(_scene.Scene.Server.Log.Entries.Where(entry => entry.Level >= LogLevel.Error && entry.Category.StartsWith("Identity", StringComparison.Ordinal)), Is.Empty);
    }

    [TestCaseSource(nameof(Names))]
    public async Task A_provider_that_fails_when_codes_are_redeemed_is_told_and_the_next_sign_in_works(string fault)
    {
        var browser = _scene.Scene.OpenBrowser();
        var away = await _scene.LeaveAsync(_scene.Company, browser, "/device");
        _scene.Company.Instead = last => last is "token" ? Faults[fault]() : null;

        var page = await browser.GoAsync(_scene.Company.Agree(away, PlayedProviders.OfCompany("c1")));

        AssertTold(page, "company does not answer", "/account/sign-in?returnUrl=%2Fdevice");
        Repair();
        Assert.That((await _scene.EnterAsync(_scene.Company, PlayedProviders.OfCompany("c1"), browser)).Text, Does.Contain("signed in as"));
    }

    [Test]
    public async Task A_provider_whose_configuration_is_not_to_be_had_is_told_and_the_next_sign_in_works()
    {
        await using var scene = await ProviderScene.StartAsync([PlayedProviders.Company()], ["--Identity:Admission:Everyone=true"]);
        var browser = scene.Scene.OpenBrowser();
        foreach (var document in new[] { "openid-configuration", "certs" })
        {
            foreach (var (name, fault) in Faults)
            {
                // A list of no keys is a list: what is signed is refused then.
                scene.Company.Instead = last => last == document ? fault() : null;
                var page = await browser.GoAsync("/account/sign-in/external?provider=company&returnUrl=%2Fdevice");
                if (page.LeftFor is { } away)
                {
                    Assert.That(document, Is.EqualTo("certs"), name);
                    page = await browser.GoAsync(scene.Company.Agree(away, PlayedProviders.OfCompany("c1")));
                }

                AssertTold(page, "company does not answer", "/account/sign-in?returnUrl=%2Fdevice");
                await scene.RestartAsync();
            }
        }

        scene.Company.Instead = _ => null;
        Assert.That((await scene.EnterAsync(scene.Company, PlayedProviders.OfCompany("c1"), browser)).Text, Does.Contain("signed in as"));
        Assert.That(scene.Scene.Server.Log.Entries.Where(entry => entry.Level >= LogLevel.Error && entry.Category.StartsWith("Identity", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task A_token_that_another_key_has_signed_is_refused()
    {
        using var key = RSA.Create(2048);
        var forger = PlayedProviders.Company(key);
        forger.Time = _scene.Scene.Server.Time;
        var browser = _scene.Scene.OpenBrowser();
        var away = await _scene.LeaveAsync(_scene.Company, browser);
        var back = forger.Agree(away, PlayedProviders.OfCompany("c2"));
        using var invoker = new HttpMessageInvoker(forger.CreateHandler());
        _scene.Company.Forward = (request, token) => invoker.SendAsync(request, token);
        try
        {
            AssertTold(await browser.GoAsync(back), "company does not answer", "/account/sign-in?returnUrl=%2F");
        }
        finally
        {
            _scene.Company.Forward = null;
        }
    }

    [Test]
    public async Task Saying_no_at_the_provider_leads_back_to_the_sign_in()
    {
        var browser = _scene.Scene.OpenBrowser();
        var page = await browser.GoAsync(PlayedProvider.Decline(await _scene.LeaveAsync(_scene.Google, browser, "/device")));

        AssertTold(page, "The sign-in was declined", "/account/sign-in?returnUrl=%2Fdevice");
        Assert.That(page.Html, Does.Not.Contain("<b>No"), "what the provider says is not repeated");
    }

    [Test]
    public async Task An_answer_counts_once()
    {
        var browser = _scene.Scene.OpenBrowser();
        var back = _scene.Google.Agree(await _scene.LeaveAsync(_scene.Google, browser), PlayedProviders.OfGoogle("g1", "g1@gmail.com"));
        Assert.That((await browser.GoAsync(back)).Text, Does.Contain("signed in as"));

        // Sent twice, or by the back button.
        AssertTold(await browser.GoAsync(back), "Start over", "/account/sign-in");
        Assert.That((await browser.GoAsync("/")).Text, Does.Contain("signed in as"), "the person stays signed in");
    }

    [Test]
    public async Task An_answer_to_another_browser_is_not_taken()
    {
        var back = _scene.Google.Agree(
            await _scene.LeaveAsync(_scene.Google, _scene.Scene.OpenBrowser(), "/device"), PlayedProviders.OfGoogle("g1", "g1@gmail.com"));
        var victim = _scene.Scene.OpenBrowser();
        await _scene.LeaveAsync(_scene.Google, victim);

        AssertTold(await victim.GoAsync(back), "Start over", "/account/sign-in");
        Assert.That((await victim.GoAsync("/")).Text, Does.Not.Contain("signed in as"));
    }

    [Test]
    public async Task An_answer_of_one_provider_is_not_taken_for_that_of_another()
    {
        var browser = _scene.Scene.OpenBrowser();
        var back = _scene.Google.Agree(await _scene.LeaveAsync(_scene.Google, browser), PlayedProviders.OfGoogle("g1", "g1@gmail.com"));

        var mixed = new Uri(back.AbsoluteUri.Replace("/external/google", "/external/microsoft", StringComparison.Ordinal));

        AssertTold(await browser.GoAsync(mixed), "Start over", "/account/sign-in");
        Assert.That((await browser.GoAsync("/")).Text, Does.Not.Contain("signed in as"));
    }

    [TestCase("")]
    [TestCase("?code=x")]
    [TestCase("?code=x&state=y")]
    [TestCase("?error=access_denied")]
    [TestCase("?error=access_denied&state=y")]
    [TestCase("?state=%00&code=%00")]
    [TestCase("?state=a&state=b&code=c")]
    public async Task An_answer_that_nobody_asked_for_is_told(string query)
    {
        foreach (var provider in _scene.Providers)
        {
            AssertTold(await _scene.Scene.OpenBrowser().GoAsync($"/account/sign-in/external/{provider.Name}{query}"), "Start over", "/account/sign-in");
        }
    }

    [Test]
    public async Task An_answer_that_comes_too_late_is_told()
    {
        var browser = _scene.Scene.OpenBrowser();
        var back = _scene.Google.Agree(await _scene.LeaveAsync(_scene.Google, browser), PlayedProviders.OfGoogle("g1", "g1@gmail.com"));
        _scene.Scene.Server.Time.Advance(TimeSpan.FromMinutes(16));

        AssertTold(await browser.GoAsync(back), "Start over", "/account/sign-in");
    }

    [Test]
    public async Task After_a_restart_on_the_way_the_person_is_told_to_start_over()
    {
        var browser = _scene.Scene.OpenBrowser();
        var back = _scene.Google.Agree(await _scene.LeaveAsync(_scene.Google, browser), PlayedProviders.OfGoogle("g1", "g1@gmail.com"));
        await _scene.Scene.Server.RestartAsync();

        AssertTold(await browser.GoAsync(back), "Start over", "/account/sign-in");
    }

    [TestCase("/account/sign-in/external")]
    [TestCase("/account/sign-in/external?provider=nobody")]
    [TestCase("/account/sign-in/external/nobody?code=x&state=y")]
    public async Task A_provider_that_is_not_configured_is_not_there(string address)
        => Assert.That((await _scene.Scene.OpenBrowser().GoAsync(address)).Status, Is.EqualTo(HttpStatusCode.NotFound));

    [TestCase("https://evil.example/")]
    [TestCase("//evil.example/")]
    [TestCase("/\\evil.example/")]
    public async Task The_way_leads_nowhere_else(string returnUrl)
    {
        var browser = _scene.Scene.OpenBrowser();
        var declined = await browser.GoAsync(PlayedProvider.Decline(await _scene.LeaveAsync(_scene.Google, browser, returnUrl)));
        var page = await _scene.EnterAsync(_scene.Google, PlayedProviders.OfGoogle("g1", "g1@gmail.com"), browser, returnUrl);

        Assert.That(declined.Links, Does.Contain("/account/sign-in"));
        Assert.That((page.LeftFor, page.Address), Is.EqualTo(((Uri?)null, new Uri(_scene.Scene.Server.Address, "/"))));
    }

    private static void AssertTold(BrowserPage page, string words, string wayBack)
    {
        Assert.That((int)page.Status, Is.EqualTo(400), page.Text);
        Assert.That(page.Text, Does.Contain(words));
        Assert.That(page.Links, Does.Contain(wayBack));
    }

    private static HttpResponseMessage Json(string content) => new(HttpStatusCode.OK) { Content = new StringContent(content, Encoding.UTF8, "application/json") };
}
