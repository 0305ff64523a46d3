using System.Net;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Authorization;

internal sealed class AuthorizeTests
{
    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [TestCase(Scene.WebRedirectUri)]
    [TestCase(Scene.LoopbackRedirectUri)]
    [TestCase(Scene.PrivateUseRedirectUri)]
    public async Task A_user_signs_in_allows_and_comes_back_with_a_code(string redirectUri)
    {
        var address = await _scene.AuthorizeAsync(redirectUri);

        Assert.That(address.OriginalString, Does.StartWith(redirectUri + "?"));
        var answer = Scene.Answer(address);
        Assert.That(answer["code"], Is.Not.Empty);
        Assert.That(answer["state"], Is.EqualTo("a state & more"));
        Assert.That(new Uri(answer["iss"]!), Is.EqualTo(_scene.Server.Address));
        Assert.That(await _scene.ListConnectionsAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_request_may_be_posted()
    {
        var page = await _scene.Browser.PostAsync(
            new Uri("/connect/authorize", UriKind.Relative),
            Scene.Parameters(Scene.WebRedirectUri).Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value!)));
        page = await _scene.Browser.SignInAsync(page, Scene.UserName, Scene.Password);

        Assert.That(page.Text, Does.Contain("Example Client"));
    }

    [Test]
    public async Task A_pushed_request_is_answered_like_any_other()
    {
        using var client = _scene.Server.CreateClient();
        using var content = new FormUrlEncodedContent(Scene.Parameters(Scene.WebRedirectUri)!);
        using var response = await client.PostAsync(new Uri("/connect/par", UriKind.Relative), content);
        var pushed = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        var requestUri = pushed.GetProperty("request_uri").GetString()!;

        var address = await _scene.Browser.AuthorizeAsync(
            new Uri($"/connect/authorize?client_id={Scene.ClientId}&request_uri={Uri.EscapeDataString(requestUri)}", UriKind.Relative),
            Scene.UserName,
            Scene.Password);

        Assert.That(Scene.Answer(address), Contains.Key("code").And.ContainKey("state"));
    }

    [Test]
    public async Task Saying_no_tells_the_client_so_and_connects_nothing()
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));

        var left = await _scene.Browser.SubmitAsync(page, [new("decision", "deny")]);

        Assert.That(left.LeftFor!.OriginalString, Does.StartWith(Scene.WebRedirectUri + "?"));
        var answer = Scene.Answer(left.LeftFor);
        Assert.That(answer["error"], Is.EqualTo("access_denied"));
        Assert.That(answer["state"], Is.EqualTo("a state & more"));
        Assert.That(answer, Contains.Key("iss"));
        Assert.That(await _scene.ListConnectionsAsync(), Is.Empty);
    }

    [Test]
    public async Task The_consent_page_says_who_asks_for_what_and_where_the_answer_goes()
    {
        await _scene.SignInAsync();

        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(
            Scene.WebRedirectUri, ("scope", "openid email"), ("resource", "https://mcp.example.com/")));

        Assert.That(page.Text, Does.Contain("says it is Example Client")
            .And.Contain("alice").And.Contain("client.example").And.Contain("https://mcp.example.com/")
            .And.Contain("See your e-mail address").And.Contain("Stay connected"));
        Assert.That(page.Text, Does.Not.Contain("See your name"));
    }

    [Test]
    public async Task A_name_is_shown_as_text()
    {
        await _scene.AddClientAsync("script", "<script>alert(1)</script>", Scene.WebRedirectUri);
        await _scene.SignInAsync();

        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("client_id", "script")));

        Assert.That(page.Html, Does.Contain("&lt;script&gt;").And.Not.Contain("<script"));
    }

    [Test]
    public async Task A_decision_from_another_site_counts_for_nothing()
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));
        var form = page.Forms[0];
        var forged = form.Fields
            .Where(field => field is { Type: "hidden", Name: not "__RequestVerificationToken" })
            .Select(field => KeyValuePair.Create(field.Name!, field.Value))
            .Append(new("decision", "allow"));

        var answer = await _scene.Browser.PostAsync(form.Action, forged);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(answer.LeftFor, Is.Null);
        Assert.That(await _scene.ListConnectionsAsync(), Is.Empty);
    }

    [Test]
    public async Task Answering_twice_leads_to_the_same_place([Values("allow", "deny")] string decision)
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _scene.Browser.SubmitAsync(page, [new("decision", decision)])));

        Assert.That(answers.Select(answer => answer.LeftFor), Is.All.Not.Null.And.All.EqualTo(answers[0].LeftFor));
        Assert.That(await _scene.ListConnectionsAsync(), Has.Count.EqualTo(decision is "allow" ? 1 : 0));
    }

    [Test]
    public async Task An_answer_is_given_again_to_nobody_else_nor_later()
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));
        using var other = _scene.OpenBrowser();
        await _scene.SignInAsync(other);
        await _scene.Browser.SubmitAsync(page, [new("decision", "allow")]);

        var elsewhere = await other.SubmitAsync(page, [new("decision", "allow")]);
        var form = page.Forms[0].Fields.Where(field => field is { Type: "hidden", Name: not "__RequestVerificationToken" });
        var forged = await _scene.Browser.PostAsync(
            page.Forms[0].Action, form.Select(field => KeyValuePair.Create(field.Name!, field.Value)).Append(new("decision", "allow")));
        _scene.Server.Time.Advance(TimeSpan.FromSeconds(31));
        var later = await _scene.Browser.SubmitAsync(page, [new("decision", "allow")]);

        Assert.That(new[] { elsewhere, forged, later }.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(later.Text, Does.Contain("Start over from the application"));
        Assert.That(await _scene.ListConnectionsAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Each_authorization_is_a_connection_of_its_own()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);

        Assert.That(await _scene.ListConnectionsAsync(), Has.Count.EqualTo(2));
    }

    [TestCase(null, new[] { "email", "offline_access", "profile" })]
    [TestCase("", new[] { "email", "offline_access", "profile" })]
    [TestCase(" offline_access", new[] { "offline_access" })]
    [TestCase(" openid  email ", new[] { "email", "offline_access", "openid" })]
    [TestCase("openid profile email offline_access", new[] { "email", "offline_access", "openid", "profile" })]
    [TestCase("openid openid unknown things:read", new[] { "offline_access", "openid" })]
    public async Task Scopes_are_cleaned_up_and_default_to_what_the_client_registered(string? scope, string[] granted)
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri, ("scope", scope));

        Assert.That((await _scene.ListConnectionsAsync()).Single(), Is.EquivalentTo(granted));
    }

    [Test]
    public async Task A_session_that_ended_meanwhile_means_to_sign_in_again()
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));
        await _scene.ChangeUserAsync(Scene.UserName, user => user.SecurityStamp = "another");

        var answer = await _scene.Browser.SubmitAsync(page, [new("decision", "allow")]);

        Assert.That(answer.LeftFor, Is.Null);
        Assert.That(await _scene.ListConnectionsAsync(), Is.Empty);
    }

    [TestCase("sign-in")]
    [TestCase("consent")]
    public async Task After_a_restart_a_person_reads_to_start_over(string step)
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));
        if (step == "consent")
        {
            page = await _scene.Browser.SignInAsync(page, Scene.UserName, Scene.Password);
        }

        await _scene.Server.RestartAsync();
        page = step == "consent"
            ? await _scene.Browser.SubmitAsync(page, [new("decision", "allow")])
            : await _scene.Browser.SignInAsync(page, Scene.UserName, Scene.Password);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Text, Does.Contain("Start over from the application"));
        Assert.That(Scene.Answer(await _scene.AuthorizeAsync(Scene.WebRedirectUri)), Contains.Key("code"));
    }

    [Test]
    public async Task An_error_may_come_as_a_form_and_says_from_whom_it_is()
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("response_mode", "form_post"), ("prompt", "none")));

        var fields = page.Forms.Single().Fields.Where(field => field.Type == "hidden").ToDictionary(field => field.Name!, field => field.Value);
        Assert.That(fields["error"], Is.EqualTo("login_required"));
        Assert.That(fields["iss"], Is.EqualTo(_scene.Server.Address.GetLeftPart(UriPartial.Authority)));
    }

    [Test]
    public async Task The_answer_may_come_as_a_form()
    {
        await _scene.SignInAsync();
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("response_mode", "form_post")));

        page = await _scene.Browser.SubmitAsync(page, [new("decision", "allow")]);

        var form = page.Forms.Single();
        Assert.That(form.Action, Is.EqualTo(new Uri(Scene.WebRedirectUri)));
        Assert.That(form.Has("code") && form.Has("state") && form.Has("iss"), page.Html);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.That(policy, Does.Contain("form-action 'self' https://client.example").And.Contain("script-src 'sha256-").And.Not.Contain("unsafe"));
    }
}
