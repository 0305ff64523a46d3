using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Authorization;

internal sealed class PromptTests
{
    private Scene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task Without_a_page_nobody_is_signed_in()
    {
        var answer = await AnswerAsync(Scene.WebRedirectUri, ("prompt", "none"));

        Assert.That(answer["error"], Is.EqualTo("login_required"));
        Assert.That(answer["state"], Is.EqualTo("a state & more"));
        Assert.That(answer, Contains.Key("iss"));
    }

    [Test]
    public async Task Without_a_page_nobody_agrees()
    {
        await _scene.SignInAsync();

        Assert.That((await AnswerAsync(Scene.WebRedirectUri, ("prompt", "none")))["error"], Is.EqualTo("consent_required"));
    }

    [Test]
    public async Task Without_a_page_what_was_agreed_to_is_granted()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);

        Assert.That(await AnswerAsync(Scene.WebRedirectUri, ("prompt", "none")), Contains.Key("code"));
    }

    [TestCase(Scene.LoopbackRedirectUri)]
    [TestCase(Scene.PrivateUseRedirectUri)]
    public async Task Without_a_page_a_program_on_the_device_gets_nothing(string redirectUri)
    {
        await _scene.AuthorizeAsync(redirectUri);

        Assert.That((await AnswerAsync(redirectUri, ("prompt", "none")))["error"], Is.EqualTo("consent_required"));
    }

    [Test]
    public async Task A_client_may_want_the_question_again()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);

        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("prompt", "consent")));

        Assert.That(HttpBrowser.IsConsent(page), Is.True);
    }

    [TestCase("login")]
    [TestCase("select_account")]
    [TestCase("login select_account")]
    public async Task A_client_may_want_the_user_to_sign_in_again_once_for_each_request(string prompt)
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);

        for (var round = 0; round < 2; round++)
        {
            var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("prompt", prompt)));
            Assert.That(HttpBrowser.IsSignIn(page), Is.True, $"round {round}");

            page = await _scene.Browser.SignInAsync(page, Scene.UserName, Scene.Password);
            Assert.That(Scene.Answer(page.LeftFor!), Contains.Key("code"));
        }
    }

    [Test]
    public async Task A_client_may_limit_how_long_ago_the_user_signed_in()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);
        _scene.Server.Time.Advance(TimeSpan.FromSeconds(60));

        var recent = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("max_age", "60")));
        _scene.Server.Time.Advance(TimeSpan.FromSeconds(1));
        var silent = await AnswerAsync(Scene.WebRedirectUri, ("max_age", "60"), ("prompt", "none"));
        var old = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("max_age", "60")));
        var renewed = await _scene.Browser.SignInAsync(old, Scene.UserName, Scene.Password);

        Assert.That(Scene.Answer(recent.LeftFor!), Contains.Key("code"));
        Assert.That(silent["error"], Is.EqualTo("login_required"));
        Assert.That(HttpBrowser.IsSignIn(old), Is.True);
        Assert.That(Scene.Answer(renewed.LeftFor!), Contains.Key("code"));
    }

    [Test]
    public async Task A_client_may_want_both_the_sign_in_and_the_question_again()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);

        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("prompt", "login consent")));
        Assert.That(HttpBrowser.IsSignIn(page), Is.True, page.Text);
        page = await _scene.Browser.SignInAsync(page, Scene.UserName, Scene.Password);

        Assert.That(HttpBrowser.IsConsent(page), Is.True, page.Text);
    }

    [Test]
    public async Task No_age_at_all_means_to_sign_in_again_once()
    {
        await _scene.AuthorizeAsync(Scene.WebRedirectUri);

        var silent = await AnswerAsync(Scene.WebRedirectUri, ("max_age", "0"), ("prompt", "none"));
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("max_age", "0")));

        Assert.That(silent["error"], Is.EqualTo("login_required"));
        Assert.That(HttpBrowser.IsSignIn(page), Is.True, page.Text);
        page = await _scene.Browser.SignInAsync(page, Scene.UserName, Scene.Password);
        Assert.That(Scene.Answer(page.LeftFor!), Contains.Key("code"));
    }

    [TestCase("bob@example.com", "bob@example.com")]
    [TestCase("\"><script>", "\"><script>")]
    [TestCase("a\nb", "")]
    public async Task A_client_may_say_who_will_sign_in(string hint, string expected)
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri, ("login_hint", hint)));

        Assert.That(page.Forms[0].Fields.Single(field => field.Name == "UserName").Value, Is.EqualTo(expected));
        Assert.That(page.Html, Does.Not.Contain("<script"));
    }

    [TestCase("acr_values", "urn:mace:incommon:iap:silver phr")]
    [TestCase("ui_locales", "fr-CA fr en")]
    [TestCase("display", "popup")]
    [TestCase("max_age", "soon")]
    [TestCase("max_age", "-1")]
    [TestCase("claims", "{\"id_token\":{\"acr\":null}}")]
    [TestCase("something_new", "1")]
    public async Task What_the_server_does_not_offer_does_no_harm(string name, string value)
        => Assert.That(Scene.Answer(await _scene.AuthorizeAsync(Scene.WebRedirectUri, (name, value))), Contains.Key("code"));

    private async Task<Dictionary<string, string?>> AnswerAsync(string redirectUri, params (string Name, string? Value)[] parameters)
    {
        var page = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(redirectUri, parameters));
        Assert.That(page.LeftFor, Is.Not.Null, page.Text);
        return Scene.Answer(page.LeftFor!);
    }
}
