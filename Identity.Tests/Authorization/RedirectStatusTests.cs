using System.Net;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Authorization;

/// <summary>RFC 9700 §4.12: what a person typed is not sent on to where a redirect leads.</summary>
internal sealed class RedirectStatusTests
{
    [Test]
    public async Task What_was_posted_is_never_posted_again_where_the_answer_leads()
    {
        await using var scene = await Scene.StartAsync();

        // A client's post, sign-in, consent, another client's refusal, and the way out.
        var page = await scene.Browser.PostAsync(
            new Uri("/connect/authorize", UriKind.Relative),
            Scene.Parameters(Scene.WebRedirectUri).Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value!)));
        page = await scene.Browser.SignInAsync(page, Scene.UserName, Scene.Password);
        page = await scene.Browser.SubmitAsync(page, [new("decision", "allow")]);
        Assert.That(page.LeftFor, Is.Not.Null);
        page = await scene.Browser.GoAsync(scene.AuthorizeUrl(Scene.LoopbackRedirectUri));
        page = await scene.Browser.SubmitAsync(page, [new("decision", "deny")]);
        Assert.That(page.LeftFor, Is.Not.Null);
        page = await scene.Browser.GoAsync($"/connect/logout?client_id={Scene.ClientId}&post_logout_redirect_uri=https://client.example/signed-out");
        page = await scene.Browser.SubmitAsync(page, [new("decision", "sign-out")]);
        Assert.That(page.LeftFor, Is.Not.Null);

        var posted = scene.Browser.Redirects.Where(redirect => redirect.Method == HttpMethod.Post).Select(redirect => redirect.Status).ToList();
        Assert.That(posted, Has.Count.EqualTo(5).And.All.EqualTo(HttpStatusCode.SeeOther));
        Assert.That(scene.Browser.Redirects.Select(redirect => redirect.Status), Has.None.EqualTo(HttpStatusCode.TemporaryRedirect).And.None.EqualTo(HttpStatusCode.PermanentRedirect));
    }
}
