using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace Identity.Tests.Accounts;

internal sealed class PageHeadersTests
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [TestCase("/")]
    [TestCase("/account/sign-in")]
    [TestCase("/account/sign-out")]
    [TestCase("/account/setup?token=x")]
    [TestCase("/connect/authorize")]
    [TestCase("/error")]
    [TestCase("/nothing-here")]
    public async Task Every_page_has_strict_headers_and_no_script(string address)
    {
        var page = await _scene.Browser.GoAsync(address);

        Assert.That(page.ContentType, Is.EqualTo("text/html"));
        Assert.That(Header(page, "Content-Security-Policy"), Is.EqualTo(Policy));
        Assert.That(Header(page, "X-Content-Type-Options"), Is.EqualTo("nosniff"));
        Assert.That(Header(page, "X-Frame-Options"), Is.EqualTo("DENY"));
        Assert.That(Header(page, "Referrer-Policy"), Is.EqualTo("no-referrer"));
        Assert.That(page.Headers.CacheControl?.NoStore, Is.True);
        Assert.That(page.Html, Does.Not.Contain("<script").And.Not.Contain("style=").And.Not.Match(" on[a-z]+="));
    }

    [TestCase(Scene.WebRedirectUri, "https://client.example")]
    [TestCase(Scene.LoopbackRedirectUri, "http://127.0.0.1:4711")]
    [TestCase(Scene.PrivateUseRedirectUri, "com.example.client:")]
    public async Task The_consent_page_lets_its_form_lead_to_the_client_and_nowhere_else(string redirectUri, string source)
    {
        await _scene.SignInAsync();

        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(redirectUri));

        Assert.That(Header(page, "Content-Security-Policy"), Is.EqualTo($"{Policy} {source}"));
        Assert.That(page.Headers.CacheControl?.NoStore, Is.True);
    }

    [Test]
    public async Task A_page_with_a_form_is_shown_without_a_warning_in_the_log()
    {
        await _scene.SignInAsync();

        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));

        Assert.That(page.Html, Does.Contain("__RequestVerificationToken"));
        Assert.That(_scene.Server.Log.Entries.Where(entry => entry.Level >= LogLevel.Warning), Is.Empty);
    }

    [TestCase("/", "same-origin")]
    [TestCase("/account/setup?token=x", "same-origin")]
    [TestCase("/account/sign-out", "same-origin")]
    [TestCase("/account/sign-in", "unsafe-none")]
    public async Task Other_windows_are_cut_off_except_on_the_way_from_a_client(string address, string policy)
    {
        Assert.That(Header(await _scene.Browser.GoAsync(address), "Cross-Origin-Opener-Policy"), Is.EqualTo(policy));
    }

    [Test]
    public async Task The_stylesheet_is_served_and_may_be_kept()
    {
        using var client = _scene.Server.CreateClient();

        using var response = await client.GetAsync(new Uri("/site.css", UriKind.Relative));

        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/css"));
        Assert.That(response.Headers.CacheControl?.MaxAge, Is.EqualTo(TimeSpan.FromDays(365)));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("prefers-color-scheme: dark"));
    }

    [Test]
    public async Task Over_https_cookies_are_bound_to_this_host()
    {
        await using var server = await Scene.StartAsync("--Identity:Issuer=https://id.example.com", "--Identity:Proxies:0=127.0.0.1");
        using var client = server.Server.CreateClient();
        client.DefaultRequestHeaders.Host = "id.example.com";
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");

        using var shown = await client.GetAsync(new Uri("/account/sign-in", UriKind.Relative));
        var forms = shown.Headers.GetValues("Set-Cookie").Single();
        client.DefaultRequestHeaders.Add("Cookie", forms.Split(';')[0]);
        var cookies = await SignInTests.PostSignInAsync(client);

        Assert.That(forms, Does.StartWith("__Host-identity-forms=").And.Contain("secure").And.Contain("path=/").And.Not.Contain("domain"));
        Assert.That(cookies.Single(cookie => cookie.StartsWith("__Host-identity=", StringComparison.Ordinal)),
            Does.Contain("secure").And.Contain("path=/").And.Contain("httponly").And.Not.Contain("domain"));
    }

    [Test]
    public async Task Under_a_path_of_a_public_name_everything_stays_below_it()
    {
        await using var scene = await Scene.StartAsync("--Identity:Issuer=https://id.example.com/auth", "--Identity:Proxies:0=127.0.0.1");
        using var browser = new HttpBrowser(new Uri("https://id.example.com"), new ReverseProxy(scene.Server.Address));

        var home = await browser.GoAsync("/auth");
        Assert.That(home.Links, Is.Not.Empty.And.All.StartsWith("/auth/").Or.EqualTo("#content"));
        Assert.That(home.Html, Does.Contain("href=\"/auth/site.css"));

        var query = QueryHelpers.AddQueryString("/auth/connect/authorize", Scene.Parameters(Scene.WebRedirectUri));
        var address = await browser.AuthorizeAsync(new Uri(query, UriKind.Relative), Scene.UserName, Scene.Password);
        Assert.That(Scene.Answer(address)["iss"], Is.EqualTo("https://id.example.com/auth"));

        home = await browser.GoAsync("/auth/");
        Assert.That(home.Text, Does.Contain("signed in as alice"));
        Assert.That((await browser.SubmitAsync(home, [])).Address.AbsolutePath, Is.EqualTo("/auth/account/sign-out"));
    }

    private static string Header(BrowserPage page, string name) => page.Headers.GetValues(name).Single();

    /// <summary>What stands before a server that has a name: speaks HTTPS to the browser, and HTTP to the server.</summary>
    private sealed class ReverseProxy(Uri server) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = request.RequestUri!;
            request.Headers.Host = asked.Authority;
            request.Headers.Add("X-Forwarded-Proto", asked.Scheme);
            request.Headers.Add("X-Forwarded-For", "192.0.2.1");
            request.RequestUri = new Uri(server, asked.PathAndQuery);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            finally
            {
                request.RequestUri = asked;
            }
        }
    }
}
