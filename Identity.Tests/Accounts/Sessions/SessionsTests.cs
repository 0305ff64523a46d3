using Identity.Server.Accounts.Sessions;
using Identity.Server.Accounts.TwoFactor;
using Identity.Server.Maintenance;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Accounts.TwoFactor;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Sessions;

internal sealed class SessionsTests
{
    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_session_ends_when_it_was_not_used_for_12_hours()
    {
        await _scene.SignInAsync();
        for (var day = 0; day < 3; day++)
        {
            _scene.Server.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
            Assert.That(await IsSignedInAsync(_scene.Browser), Is.True, "used in time");
        }

        _scene.Server.Time.Advance(TimeSpan.FromHours(12) + TimeSpan.FromMinutes(1));
        Assert.That(await IsSignedInAsync(_scene.Browser), Is.False);
    }

    [Test]
    public async Task A_session_ends_after_30_days_however_much_it_is_used()
    {
        await _scene.SignInAsync();
        for (var hours = 0; hours < (30 * 24) - 10; hours += 10)
        {
            _scene.Server.Time.Advance(TimeSpan.FromHours(10));
            Assert.That(await IsSignedInAsync(_scene.Browser), Is.True);
        }

        _scene.Server.Time.Advance(TimeSpan.FromHours(10) + TimeSpan.FromMinutes(1));
        Assert.That(await IsSignedInAsync(_scene.Browser), Is.False);
    }

    [Test]
    public async Task Use_is_written_every_five_minutes_at_most()
    {
        await _scene.SignInAsync();
        List<long> versions = [];
        for (var minute = 0; minute < 12; minute++)
        {
            versions.Add(All().Single().Version);
            _scene.Server.Time.Advance(TimeSpan.FromMinutes(1));
            await _scene.Browser.GoAsync("/");
        }

        Assert.That(versions.Distinct().Count(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_session_is_ended_from_another_browser_and_stays_so_after_a_restart()
    {
        var other = _scene.OpenBrowser();
        await _scene.SignInAsync(other);
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync("/account/sessions");
        var id = page.Forms.Single(form => form.Has("id")).Fields.Single(field => field.Name == "id").Value;

        await _scene.Browser.SubmitAsync(page, [new("id", id), new("decision", "end")]);
        var twice = await _scene.Browser.SubmitAsync(page, [new("id", id), new("decision", "end")]);
        await _scene.Server.RestartAsync();

        Assert.That(twice.Text, Does.Contain("Where you are signed in"));
        Assert.That(await IsSignedInAsync(other), Is.False);
        Assert.That(await IsSignedInAsync(_scene.Browser), Is.True);
    }

    [TestCase("others", true)]
    [TestCase("all", false)]
    public async Task Signing_out_everywhere_ends_all_sessions_of_the_account_and_none_of_another(string decision, bool staysHere)
    {
        await _scene.AddUserAsync("bob");
        var (bob, other) = (_scene.OpenBrowser(), _scene.OpenBrowser());
        await _scene.SignInAsync(bob, "bob");
        await _scene.SignInAsync(other);
        await _scene.SignInAsync();

        await _scene.Browser.SubmitAsync(await _scene.Browser.GoAsync("/account/sessions"), [new("decision", decision)]);

        Assert.That(await IsSignedInAsync(_scene.Browser), Is.EqualTo(staysHere));
        Assert.That(await IsSignedInAsync(other), Is.False);
        Assert.That((await bob.GoAsync("/")).Text, Does.Contain("signed in as bob"));
    }

    [Test]
    public async Task Nobody_ends_the_session_of_somebody_else()
    {
        await _scene.SignInAsync();
        var victim = All().Single().Id;
        await _scene.AddUserAsync("mallory");
        var mallory = _scene.OpenBrowser();
        await _scene.SignInAsync(mallory, "mallory");
        await _scene.SignInAsync(_scene.OpenBrowser(), "mallory");

        await mallory.SubmitAsync(await mallory.GoAsync("/account/sessions"), [new("id", victim), new("decision", "end")]);

        Assert.That(await IsSignedInAsync(_scene.Browser), Is.True);
    }

    [TestCase("/account/sign-out")]
    [TestCase("/connect/logout")]
    public async Task Signing_out_ends_the_session_and_a_copy_of_its_cookie(string address)
    {
        await _scene.SignInAsync();
        var copy = _scene.OpenBrowser();
        copy.Cookies.Add(_scene.Browser.Cookies.GetAllCookies());
        Assert.That(await IsSignedInAsync(copy), Is.True);

        var page = await _scene.Browser.GoAsync(address);
        await _scene.Browser.SubmitAsync(page, page.Forms[0].Has("decision") ? [new("decision", "sign-out")] : []);

        Assert.That(All(), Is.Empty);
        Assert.That(await IsSignedInAsync(copy), Is.False);
    }

    [Test]
    public async Task Signing_in_again_takes_the_place_of_the_session_before()
    {
        await _scene.SignInAsync();
        var first = All().Single().Id;
        var copy = _scene.OpenBrowser();
        copy.Cookies.Add(_scene.Browser.Cookies.GetAllCookies());
        await _scene.SignInAsync();

        Assert.That(All().Single().Id, Is.Not.EqualTo(first));
        Assert.That(await IsSignedInAsync(copy), Is.False);
    }

    [Test]
    public async Task Another_password_ends_all_sessions_and_they_are_no_longer_shown()
    {
        var other = _scene.OpenBrowser();
        await _scene.SignInAsync(other);
        await _scene.ChangeUserAsync(Scene.UserName, user => user.SecurityStamp = "another");
        await _scene.SignInAsync();

        Assert.That((await _scene.Browser.GoAsync("/account/sessions")).Forms.Any(form => form.Has("id")), Is.False);
        Assert.That(await IsSignedInAsync(other), Is.False);
        Assert.That(All(), Has.Count.EqualTo(1), "an ended session goes when its browser comes");
    }

    [Test]
    public async Task A_session_goes_on_under_the_new_stamp_in_the_browser_that_made_the_change()
    {
        var copy = _scene.OpenBrowser();
        await _scene.SignInAsync();
        copy.Cookies.Add(_scene.Browser.Cookies.GetAllCookies());
        var id = All().Single().Id;
        var page = await _scene.Browser.GoAsync("/account/authenticator");
        var code = Totp.Compute(TwoFactorScene.ReadKey(page), _scene.Server.Time.GetUtcNow());
        await _scene.Browser.SubmitAsync(page, [new("code", code), new("decision", "confirm")]);

        Assert.That(await IsSignedInAsync(copy), Is.False, "a copy of the cookie from before");
        Assert.That(await IsSignedInAsync(_scene.Browser), Is.True);
        Assert.That(All().Single().Id, Is.EqualTo(id));
    }

    [Test]
    public async Task A_session_that_is_ended_while_its_browser_changes_the_account_does_not_go_on()
    {
        var ended = new EndsSessions();
        await using var scene = await Scene.StartAsync(builder => builder.Services.AddSingleton<IUserValidator<User>>(ended));
        await scene.SignInAsync();
        var form = await scene.Browser.GoAsync("/account/profile");
        ended.Sessions = scene.Server.Services.GetRequiredService<ISessionStore>();

        await scene.Browser.SubmitAsync(form, [new("DisplayName", "Alice"), new("UserName", Scene.UserName), new("Email", "")]);

        Assert.That((await scene.FindUserAsync(Scene.UserName))!.DisplayName, Is.EqualTo("Alice"), "the change was made");
        Assert.That(scene.Server.Services.GetRequiredService<Collection<SessionEntry>>().List(), Is.Empty);
        Assert.That(await IsSignedInAsync(scene.Browser), Is.False);
    }

    [Test]
    public async Task Of_too_many_sessions_of_an_account_the_one_that_was_used_least_lately_ends()
    {
        var id = await _scene.AddUserAsync("bob");
        var (oldest, next, used) = (_scene.OpenBrowser(), _scene.OpenBrowser(), _scene.OpenBrowser());
        foreach (var browser in new[] { used, oldest, next })
        {
            await _scene.SignInAsync(browser, "bob");
            _scene.Server.Time.Advance(TimeSpan.FromMinutes(6));
        }

        await used.GoAsync("/");
        await AddSessionsAsync(id, SessionStore.MaximumPerAccount - 3);
        await _scene.SignInAsync();
        await _scene.SignInAsync(_scene.OpenBrowser(), "bob");

        Assert.That(All().Count(session => session.Subject == id), Is.EqualTo(SessionStore.MaximumPerAccount));
        Assert.That(await IsSignedInAsync(oldest), Is.False);
        Assert.That((await IsSignedInAsync(next), await IsSignedInAsync(used), await IsSignedInAsync(_scene.Browser)), Is.EqualTo((true, true, true)));
    }

    [Test]
    public async Task All_sessions_of_an_account_end_with_one_call()
    {
        var id = await _scene.AddUserAsync("bob");
        await _scene.SignInAsync(_scene.OpenBrowser(), "bob");
        await _scene.SignInAsync(_scene.OpenBrowser(), "bob");
        await _scene.SignInAsync();

        Assert.That(await _scene.Server.Services.GetRequiredService<ISessionStore>().EndAllAsync(id, except: null, default), Is.EqualTo(2));
        Assert.That(All(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_clean_up_removes_sessions_that_are_over_and_no_others()
    {
        await _scene.SignInAsync(_scene.OpenBrowser());
        _scene.Server.Time.Advance(TimeSpan.FromHours(6));
        await _scene.SignInAsync();
        _scene.Server.Time.Advance(TimeSpan.FromHours(7));
        await using var scope = _scene.Server.Services.CreateAsyncScope();

        await scope.ServiceProvider.GetRequiredService<PruningJob>().RunAsync(default);

        Assert.That(All(), Has.Count.EqualTo(1));
        Assert.That(await IsSignedInAsync(_scene.Browser), Is.True);
    }

    [Test]
    public async Task The_page_tells_browsers_apart()
    {
        using var client = _scene.Server.CreateClient();
        client.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        await SignInTests.PostSignInAsync(client);
        await _scene.SignInAsync();

        var page = await _scene.Browser.GoAsync("/account/sessions");

        Assert.That(page.Text, Does.Contain("Firefox on Linux").And.Contain("A browser that is not known here").And.Contain("127.0.0.1").And.Contain("(this browser)"));
    }

    [TestCase("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge", "Windows")]
    [TestCase("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari", "macOS")]
    [TestCase("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome", "iPhone")]
    [TestCase("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome", "Android")]
    [TestCase("curl/8.0", null, null)]
    [TestCase(null, null, null)]
    public void A_browser_is_described_in_words(string? text, string? browser, string? platform)
        => Assert.That(UserAgent.Describe(text), Is.EqualTo((browser, platform)));

    private async Task AddSessionsAsync(string subject, int count)
    {
        var stamp = (await _scene.FindUserAsync("bob"))!.SecurityStamp;
        var store = _scene.Server.Services.GetRequiredService<ISessionStore>();
        for (var number = 0; number < count; number++)
        {
            await store.BeginAsync(subject, stamp, new DefaultHttpContext());
        }
    }

    private IReadOnlyList<SessionEntry> All() => _scene.Server.Services.GetRequiredService<Collection<SessionEntry>>().List();

    private static async Task<bool> IsSignedInAsync(HttpBrowser browser) => (await browser.GoAsync("/")).Text.Contains("signed in as", StringComparison.Ordinal);

    /// <summary>Ends everybody's sessions, as another browser would, in the middle of a change of an account.</summary>
    private sealed class EndsSessions : IUserValidator<User>
    {
        public ISessionStore? Sessions { get; set; }

        public async Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user)
        {
            if (Sessions is { } sessions)
            {
                // On its own, and not as part of what the request changes.
                Task<int> ending;
                using (ExecutionContext.SuppressFlow())
                {
                    ending = Task.Run(async () => await sessions.EndAllAsync(user.Id, except: null, CancellationToken.None));
                }

                await ending;
            }

            return IdentityResult.Success;
        }
    }
}
