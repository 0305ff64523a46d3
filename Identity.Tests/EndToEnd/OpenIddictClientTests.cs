using Identity.Tests.Infrastructure;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Tests.EndToEnd;

/// <summary>OpenIddict's own client, strict about metadata, issuer, identity tokens and userinfo.</summary>
internal sealed class OpenIddictClientTests
{
    [Test]
    public async Task It_signs_in_refreshes_and_goes_on_refreshing_after_a_restart()
    {
        await using var scene = await ProcessScene.StartAsync();
        var client = await scene.RegisterAsync(redirectUri: WebClientApplication.RedirectUri);
        await using var application = await WebClientApplication.StartAsync(scene.Server.Address, client.Id);

        Assert.That((await application.SignInAsync()).Text, Is.EqualTo(Scene.UserName));
        Assert.That(application.RefreshToken, Is.Not.Null);
        var before = await application.RefreshAsync(application.RefreshToken!);
        Assert.That(before.RefreshToken, Is.Not.Null.And.Not.EqualTo(application.RefreshToken));

        await scene.RestartAsync();

        var after = await application.RefreshAsync(before.RefreshToken!);
        Assert.That(after.RefreshToken, Is.Not.Null.And.Not.EqualTo(before.RefreshToken));
        Assert.That(after.UserInfoTokenPrincipal?.GetClaim(Claims.Name), Is.EqualTo(Scene.UserName));
        Assert.That(after.Principal.GetClaim(Claims.Subject), Is.EqualTo(before.Principal.GetClaim(Claims.Subject)).And.Not.Null);
    }
}
