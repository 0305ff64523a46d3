using System.Net;
using Identity.Server.Accounts;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace Identity.Tests.Accounts;

internal sealed class FirstAccountLinkTests
{
    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartEmptyAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task The_first_account_is_an_administrator_and_signed_in()
    {
        var page = await CreateAsync(_scene.Browser, Issue()!, "alice");

        Assert.That(page.Address.AbsolutePath, Is.EqualTo("/"));
        Assert.That(page.Text, Does.Contain("signed in as alice").And.Contain("administrator"));
    }

    [Test]
    public async Task The_address_works_for_thirty_minutes()
    {
        var address = Issue()!;

        _scene.Server.Time.Advance(FirstAccountLink.Lifetime - TimeSpan.FromSeconds(1));
        var before = await _scene.Browser.GoAsync(address);
        _scene.Server.Time.Advance(TimeSpan.FromSeconds(1));
        var after = await _scene.Browser.GoAsync(address);
        var late = await SubmitAsync(_scene.Browser, before, "alice");

        Assert.That(before.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(after.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(late.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await _scene.ListUserNamesAsync(), Is.Empty);
    }

    [Test]
    public async Task The_address_works_once()
    {
        var address = Issue()!;
        await CreateAsync(_scene.Browser, address, "alice");

        var again = await _scene.OpenBrowser().GoAsync(address);

        Assert.That(again.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(Issue(), Is.Null, "no new one is issued either");
    }

    [TestCase("")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Another_token_gets_the_page_that_an_expired_one_gets(string token)
    {
        var address = Issue()!;
        var wrong = await _scene.Browser.GoAsync($"/account/setup?token={token}");
        _scene.Server.Time.Advance(FirstAccountLink.Lifetime);
        var expired = await _scene.Browser.GoAsync(address);

        Assert.That(wrong.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(wrong.Text, Is.EqualTo(expired.Text));
    }

    [Test]
    public async Task A_new_address_replaces_the_old_one()
    {
        var old = Issue()!;
        Issue();

        Assert.That((await _scene.Browser.GoAsync(old)).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Racing_posts_make_one_account()
    {
        var address = Issue()!;
        var browsers = Enumerable.Range(0, 6).Select(_ => _scene.OpenBrowser()).ToList();
        var forms = await Task.WhenAll(browsers.Select(browser => browser.GoAsync(address)));

        var pages = await Task.WhenAll(browsers.Zip(forms, (browser, form) => (browser, form))
            .Select((item, number) => SubmitAsync(item.browser, item.form, $"user{number}")));

        Assert.That(await _scene.ListUserNamesAsync(), Has.Count.EqualTo(1));
        Assert.That(pages.Count(page => page.Status == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(pages.Count(page => page.Status == HttpStatusCode.NotFound), Is.EqualTo(5));
    }

    [Test]
    public async Task A_second_click_leads_where_the_first_did_and_makes_no_second_account()
    {
        var form = await _scene.Browser.GoAsync(Issue()!);

        var pages = await Task.WhenAll(SubmitAsync(_scene.Browser, form, "alice"), SubmitAsync(_scene.Browser, form, "alice"));

        Assert.That(pages.Select(page => page.Text), Has.All.Contain("signed in as alice"));
        Assert.That(await _scene.ListUserNamesAsync(), Is.EqualTo(new[] { "alice" }));
    }

    [Test]
    public async Task A_password_that_is_refused_leaves_the_address_working()
    {
        var address = Issue()!;
        var form = await _scene.Browser.GoAsync(address);

        var refused = await SubmitAsync(_scene.Browser, form, "alice", password: "short");
        var page = await SubmitAsync(_scene.Browser, refused, "alice");

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(refused.Text, Does.Contain("at least 8 characters"));
        Assert.That(page.Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task The_first_account_survives_a_restart()
    {
        await CreateAsync(_scene.Browser, Issue()!, "alice");

        await _scene.Server.RestartAsync();

        Assert.That(Issue(), Is.Null);
        Assert.That((await _scene.SignInAsync(_scene.OpenBrowser())).Text, Does.Contain("signed in as alice"));
    }

    [Test]
    public async Task The_token_is_in_no_log_and_no_file()
    {
        var address = Issue()!;
        var token = address.Query.Split('=')[1];
        await CreateAsync(_scene.Browser, address, "alice");
        await _scene.Server.StopAsync();

        Assert.That(token, Has.Length.EqualTo(43), "256 bits");
        Assert.That(_scene.Server.Log.Entries.Any(entry => entry.Level >= LogLevel.Information
            && entry.Category.StartsWith("Identity.", StringComparison.Ordinal)
            && entry.Message.Contains(token, StringComparison.Ordinal)), Is.False);
        foreach (var file in _scene.Server.Files)
        {
            Assert.That(await File.ReadAllTextAsync(Path.Combine(_scene.Server.StorageDirectory, file)), Does.Not.Contain(token), file);
        }
    }

    private Uri? Issue() => _scene.Server.Services.GetRequiredService<FirstAccountLink>().Issue(_scene.Server.Address);

    private static async Task<BrowserPage> CreateAsync(HttpBrowser browser, Uri address, string userName) =>
        await SubmitAsync(browser, await browser.GoAsync(address), userName);

    private static Task<BrowserPage> SubmitAsync(
        HttpBrowser browser, BrowserPage form, string userName, string password = Scene.Password) =>
        browser.SubmitAsync(form, [new("UserName", userName), new("Password", password), new("Confirmation", password)]);
}
