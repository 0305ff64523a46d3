using System.Net;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Authorization;

internal sealed class EndSessionTests
{
    private const string Back = "https://client.example/signed-out";
    private const string Address = $"/connect/logout?client_id={Scene.ClientId}&post_logout_redirect_uri={Back}&state=s";

    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_client_signs_a_user_out_after_the_user_said_so()
    {
        await _scene.SignInAsync();

        var question = await _scene.Browser.GoAsync(Address);
        var before = await _scene.Browser.GoAsync("/");
        var left = await _scene.Browser.SubmitAsync(question, [new("decision", "sign-out")]);
        var after = await _scene.Browser.GoAsync("/");

        Assert.That(question.Text, Does.Contain("Sign out?"));
        Assert.That(question.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("form-action 'self' https://client.example"));
        Assert.That(before.Text, Does.Contain("signed in as alice"));
        Assert.That(left.LeftFor, Is.EqualTo(new Uri($"{Back}?state=s")));
        Assert.That(after.Text, Does.Not.Contain("signed in as"));
    }

    // Anybody can register a client, and with it an address to which a link to this server would lead.
    [Test]
    public async Task Whoever_is_not_signed_in_reads_where_to_and_goes_there_with_a_click()
    {
        var page = await _scene.Browser.GoAsync(Address);

        Assert.That(page.LeftFor, Is.Null);
        Assert.That(page.Text, Does.Contain("You are signed out").And.Contain("client.example"));
        Assert.That(page.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("form-action 'self' https://client.example"));
        page = await _scene.Browser.SubmitAsync(page, [new("decision", "leave")]);
        Assert.That(page.LeftFor, Is.EqualTo(new Uri($"{Back}?state=s")));
    }

    [Test]
    public async Task An_address_that_is_not_registered_is_not_gone_to()
    {
        await _scene.SignInAsync();

        foreach (var address in new[]
        {
            Back + "/",
            Back + "?more=1",
            Back + "#part",
            "https://client.example/Signed-out",
            "https://client.example/x/../signed-out",
            "https://client.example/signed%2Dout",
            "https://client.example.evil.example/signed-out",
            "https://client.example@evil.example/signed-out",
            "//evil.example/signed-out",
            "javascript:alert(1)",
        })
        {
            foreach (var client in new[] { $"client_id={Scene.ClientId}&", "" })
            {
                var page = await _scene.Browser.GoAsync($"/connect/logout?{client}post_logout_redirect_uri={Uri.EscapeDataString(address)}");

                Assert.That((page.Status, page.LeftFor), Is.EqualTo((HttpStatusCode.BadRequest, (Uri?)null)), address);
                Assert.That(page.Links, Does.Not.Contain(address));
            }
        }
    }

    [Test]
    public async Task Without_an_address_to_go_to_a_page_says_so()
    {
        await _scene.SignInAsync();

        var question = await _scene.Browser.GoAsync("/connect/logout");
        var page = await _scene.Browser.SubmitAsync(question, [new("decision", "sign-out")]);

        Assert.That(page.LeftFor, Is.Null);
        Assert.That(page.Text, Does.Contain("You are signed out"));
    }

    [Test]
    public async Task A_form_from_elsewhere_signs_nobody_out()
    {
        await _scene.SignInAsync();

        await _scene.Browser.PostAsync(new Uri("/connect/logout", UriKind.Relative), [new("decision", "sign-out")]);
        await _scene.Browser.PostAsync(new Uri("/connect/logout", UriKind.Relative), []);

        Assert.That((await _scene.Browser.GoAsync("/")).Text, Does.Contain("signed in as alice"));
    }
}
