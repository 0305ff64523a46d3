using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Client;
using OpenIddict.Client.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Tests.EndToEnd;

/// <summary>A web application with OpenIddict's own client, which signs people in at the server under test.</summary>
internal sealed class WebClientApplication : IAsyncDisposable
{
    private const string CallbackPath = "/callback";

    private readonly WebApplication _app;
    private readonly Uri _issuer;
    private AuthenticateResult? _signIn;

    private WebClientApplication(WebApplication app, Uri issuer)
    {
        (_app, _issuer) = (app, issuer);
        app.UseAuthentication();
        app.MapGet("/", () => Results.Challenge(authenticationSchemes: [OpenIddictClientAspNetCoreDefaults.AuthenticationScheme]));
        app.MapGet(CallbackPath, async (HttpContext context) =>
        {
            _signIn = await context.AuthenticateAsync(OpenIddictClientAspNetCoreDefaults.AuthenticationScheme);
            return Results.Text(_signIn.Principal?.GetClaim(Claims.Name));
        });
    }

    /// <summary>What it registers, on whichever port it will run (RFC 8252, section 7.3).</summary>
    public static string RedirectUri { get; } = "http://127.0.0.1" + CallbackPath;

    /// <summary>The refresh token that the sign-in gave.</summary>
    public string? RefreshToken => _signIn?.Properties?.GetTokenValue(OpenIddictClientAspNetCoreConstants.Tokens.RefreshToken);

    public static async Task<WebClientApplication> StartAsync(Uri issuer, string clientId)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddOpenIddict().AddClient(client =>
        {
            client.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow();
            client.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
            client.DisableTokenStorage();
            client.UseSystemNetHttp();
            // Browsers send cookies that are marked as secure to loopback without TLS; the one of the tests does not.
            client.UseAspNetCore().EnableRedirectionEndpointPassthrough().DisableTransportSecurityRequirement()
                .Configure(options => options.CookieBuilder.SecurePolicy = CookieSecurePolicy.SameAsRequest);
            client.AddRegistration(new OpenIddictClientRegistration
            {
                Issuer = issuer,
                ClientId = clientId,
                RedirectUri = new Uri(CallbackPath[1..], UriKind.Relative),
                Scopes = { Scopes.OpenId, Scopes.Profile, Scopes.OfflineAccess },
            });
        });

        var application = new WebClientApplication(builder.Build(), issuer);
        await application._app.StartAsync();
        return application;
    }

    /// <summary>Sends a person to the server to sign in there and agree, and returns what the application shows afterwards.</summary>
    public async Task<BrowserPage> SignInAsync()
    {
        using var here = new HttpBrowser(new Uri(_app.Urls.Single()));
        using var there = new HttpBrowser(_issuer);
        var page = await here.GoAsync("/");
        Assert.That(page.LeftFor, Is.Not.Null, page.Text);
        return await here.GoAsync(await there.AuthorizeAsync(page.LeftFor!, Scene.UserName, Scene.Password));
    }

    public async Task<OpenIddictClientModels.RefreshTokenAuthenticationResult> RefreshAsync(string refreshToken)
        => await _app.Services.GetRequiredService<OpenIddictClientService>().AuthenticateWithRefreshTokenAsync(new() { Issuer = _issuer, RefreshToken = refreshToken });

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
