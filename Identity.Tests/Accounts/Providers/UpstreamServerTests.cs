using System.Net;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Tests.Accounts.Providers;

/// <summary>A real provider: another instance of this server.</summary>
internal sealed class UpstreamServerTests
{
    private Scene _upstream = null!;
    private Scene _scene = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _upstream = await Scene.StartAsync();
        _scene = await StartDownstreamAsync(_upstream.Server.Address, "--Identity:Admission:Everyone=true");
        await RegisterAsync(_upstream, _scene);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _scene.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Test]
    public async Task A_person_signs_in_there_and_lands_at_the_client_here()
    {
        using var there = new HttpBrowser(_upstream.Server.Address);
        var away = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(Scene.WebRedirectUri));
        away = await _scene.Browser.GoAsync(away.Links.Single(link => link.Contains("provider=upstream", StringComparison.Ordinal)));
        Assert.That(away.LeftFor, Is.Not.Null, away.Text);

        var consent = await _scene.Browser.GoAsync(await there.AuthorizeAsync(away.LeftFor!, Scene.UserName, Scene.Password));
        Assert.That(HttpBrowser.IsConsent(consent), consent.Text);
        var client = await _scene.Browser.SubmitAsync(consent, [new("decision", "allow")]);

        Assert.That(client.LeftFor?.AbsoluteUri, Does.StartWith(Scene.WebRedirectUri).And.Contain("code="));
        Assert.That((await _scene.Browser.GoAsync("/")).Text, Does.Contain("signed in as alice-2"), "not the Alice who has a password here");
    }

    [Test]
    public async Task Saying_no_there_leads_back_to_the_sign_in_here()
    {
        using var here = _scene.OpenBrowser();
        using var there = new HttpBrowser(_upstream.Server.Address);
        var away = await here.GoAsync("/account/sign-in/external?provider=upstream");
        var question = await there.GoAsync(away.LeftFor!);
        question = HttpBrowser.IsSignIn(question) ? await there.SignInAsync(question, Scene.UserName, Scene.Password) : question;
        var denied = await there.SubmitAsync(question, [new("decision", "deny")]);

        var page = await here.GoAsync(denied.LeftFor!);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Text, Does.Contain("The sign-in was declined"));
    }

    [Test]
    public async Task Without_passwords_the_sign_in_goes_to_the_one_provider_directly()
    {
        await using var scene = await StartDownstreamAsync(
            _upstream.Server.Address, "--Identity:Admission:Everyone=true", "--Identity:LocalAccounts:Enabled=false");
        await RegisterAsync(_upstream, scene);
        using var there = new HttpBrowser(_upstream.Server.Address);

        var away = await scene.Browser.GoAsync(scene.AuthorizeUrl(Scene.WebRedirectUri));

        Assert.That(away.LeftFor?.AbsoluteUri, Does.StartWith(_upstream.Server.Address.AbsoluteUri));
        var consent = await scene.Browser.GoAsync(await there.AuthorizeAsync(away.LeftFor!, Scene.UserName, Scene.Password));
        Assert.That(HttpBrowser.IsConsent(consent), consent.Text);

        // Neither a sign-out nor an error goes in circles.
        var signedOut = await scene.Browser.SubmitAsync(await scene.Browser.GoAsync("/account/sign-out"), []);
        Assert.That(signedOut.Text, Does.Contain("You are signed out"));
        await _upstream.Server.StopAsync();
        try
        {
            var error = await scene.OpenBrowser().GoAsync("/account/sign-in/external/upstream?error=access_denied&state=x");
            Assert.That((error.Status, error.LeftFor), Is.EqualTo((HttpStatusCode.BadRequest, (Uri?)null)));
        }
        finally
        {
            await _upstream.Server.StartAgainAsync();
        }
    }

    [Test]
    public async Task Without_passwords_a_password_opens_nothing()
    {
        await using var scene = await StartDownstreamAsync(_upstream.Server.Address, "--Identity:Admission:Everyone=true", "--Identity:LocalAccounts:Enabled=false");
        var browser = _scene.OpenBrowser();
        var form = (await browser.GoAsync("/account/sign-in")).Forms.First(form => form.Has("Password"));
        using var client = scene.Server.CreateClient();
        using var content = new FormUrlEncodedContent(
            form.Fields.Where(field => field.Name is "__RequestVerificationToken").Select(field => KeyValuePair.Create(field.Name!, field.Value))
                .Append(new("UserName", Scene.UserName)).Append(new("Password", Scene.Password)));

        using var response = await client.PostAsync(new Uri("/account/sign-in", UriKind.Relative), content);
        foreach (var address in new[] { "/account/forgot-password", "/account/reset-password?token=x", "/account/sign-in/passkey", "/account/password", "/account/passkeys" })
        {
            Assert.That((await scene.OpenBrowser().GoAsync(address)).Status, Is.EqualTo(HttpStatusCode.NotFound), address);
        }

        var invitation = await scene.OpenBrowser().GoAsync(await scene.InviteAsync("bob"));
        Assert.That(invitation.Text, Does.Contain("You sign in to it with an account that you have elsewhere.").And.Not.Contain("assword"));
        Assert.That(response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [], Has.None.StartsWith("identity="));
    }

    private static Task<Scene> StartDownstreamAsync(Uri issuer, params string[] arguments) => Scene.StartAsync(
    [
        "--Identity:Providers:OpenIdConnect:0:Name=upstream",
        "--Identity:Providers:OpenIdConnect:0:DisplayName=The other server",
        $"--Identity:Providers:OpenIdConnect:0:Issuer={issuer.GetLeftPart(UriPartial.Authority)}",
        "--Identity:Providers:OpenIdConnect:0:ClientId=downstream",
        "--Identity:Providers:OpenIdConnect:0:ClientSecret=downstream-secret",
        .. arguments,
    ]);

    private static async Task RegisterAsync(Scene upstream, Scene downstream)
    {
        await using var scope = upstream.Server.Services.CreateAsyncScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = "downstream",
            ClientSecret = "downstream-secret",
            ClientType = ClientTypes.Confidential,
            ConsentType = ConsentTypes.Explicit,
            DisplayName = "The server downstream",
            RedirectUris = { new Uri(downstream.Server.Address, "/account/sign-in/external/upstream") },
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.PushedAuthorization,
                Permissions.GrantTypes.AuthorizationCode, Permissions.ResponseTypes.Code, Permissions.Scopes.Profile, Permissions.Scopes.Email,
            },
        };
        if (await applications.FindByClientIdAsync("downstream") is { } existing)
        {
            await applications.UpdateAsync(existing, descriptor);
        }
        else
        {
            await applications.CreateAsync(descriptor);
        }
    }
}
