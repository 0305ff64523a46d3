using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.AspNetCore.Authentication;
using ModelContextProtocol.Authentication;
using ModelContextProtocol.Server;
using OpenIddict.Abstractions;
using OpenIddict.Validation;
using OpenIddict.Validation.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Validation.OpenIddictValidationEvents;

namespace Identity.Tests.EndToEnd;

/// <summary>
/// An MCP server with one tool, <c>whoami</c>, for callers with an access token of the server under test, whose keys it finds by
/// discovery and which its protected resource metadata (RFC 9728) name.
/// </summary>
internal sealed class ProtectedMcpServer : IAsyncDisposable
{
    public const string Tool = "whoami";

    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private ProtectedMcpServer(WebApplication app, HttpClient http, string path)
        => (_app, _http, Endpoint) = (app, http, new Uri(new Uri(app.Urls.Single()), path));

    /// <summary>Where clients connect.</summary>
    public Uri Endpoint { get; }

    /// <param name="issuer">The server under test.</param>
    /// <param name="path">The path of the endpoint.</param>
    /// <param name="asksIssuer">
    /// Whether it asks the issuer who each caller is, and so learns when an access token is no longer good; otherwise it looks at
    /// signature and expiration only.
    /// </param>
    /// <param name="resource">The path of the resource that it says it is; without one, where it is asked.</param>
    public static async Task<ProtectedMcpServer> StartAsync(Uri issuer, string path, bool asksIssuer, string? resource = null)
    {
        var http = new HttpClient { BaseAddress = issuer };
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddMcpServer().WithHttpTransport()
            .WithTools([McpServerTool.Create((ClaimsPrincipal user) => user.GetClaim(Claims.Name) ?? user.GetClaim(Claims.Subject), new() { Name = Tool })]);
        builder.Services.AddAuthorization();
        builder.Services
            .AddAuthentication(options =>
            {
                options.DefaultAuthenticateScheme = OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme;
                options.DefaultChallengeScheme = McpAuthenticationDefaults.AuthenticationScheme;
            })
            .AddMcp(options => options.ResourceMetadata = new ProtectedResourceMetadata
            {
                AuthorizationServers = { issuer.GetLeftPart(UriPartial.Authority) },
                ScopesSupported = [Scopes.OpenId, Scopes.Profile],
            });
        builder.Services.AddOpenIddict().AddValidation(validation =>
        {
            validation.SetIssuer(issuer);
            validation.UseSystemNetHttp();
            validation.UseAspNetCore();
            if (asksIssuer)
            {
                validation.AddEventHandler<ValidateTokenContext>(handler => handler
                    .UseInlineHandler(context => AskAsync(http, context))
                    .SetOrder(int.MaxValue - 100_000));
            }
        });

        // The port is known once the server listens.
        WebApplication? app = null;
        builder.Services.AddOptions<OpenIddictValidationOptions>()
            .Configure(options => options.Audiences.Add(new Uri(new Uri(app!.Urls.Single()), resource ?? path).AbsoluteUri.TrimEnd('/')));
        if (resource is not null)
        {
            builder.Services.AddOptions<McpAuthenticationOptions>(McpAuthenticationDefaults.AuthenticationScheme)
                .Configure(options => options.ResourceMetadata!.Resource = new Uri(new Uri(app!.Urls.Single()), resource).AbsoluteUri.TrimEnd('/'));
        }

        app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapMcp(path).RequireAuthorization();
        await app.StartAsync();
        return new ProtectedMcpServer(app, http, path);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private static async ValueTask AskAsync(HttpClient http, ValidateTokenContext context)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", context.Token) } };
        using var response = await http.SendAsync(request, context.CancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            context.Reject(Errors.InvalidToken, "The issuer no longer knows the token.");
            return;
        }

        var user = await response.Content.ReadFromJsonAsync<JsonElement>(context.CancellationToken);
        context.Principal!.SetClaim(Claims.Name, user.GetProperty(Claims.Name).GetString());
    }
}
