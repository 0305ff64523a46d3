using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.AspNetCore.Authentication;
using ModelContextProtocol.Server;
using OpenIddict.Validation.AspNetCore;

namespace Identity.Tests.EndToEnd.Examples;

/// <summary>The C# of docs/mcp-server.md, to the letter between the marks: <see cref="McpServerExampleTests"/> compares the two and runs it.</summary>
internal static class McpServerExample
{
    public static WebApplication Build(string issuer, string resource, string? secret, params string[] args)
    {
        // begin
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddOpenIddict().AddValidation(validation =>
        {
            validation.SetIssuer(issuer);
            validation.AddAudiences(resource);
            validation.UseSystemNetHttp();
            validation.UseAspNetCore();
        });
        builder.Services
            .AddAuthentication(options =>
            {
                options.DefaultAuthenticateScheme = OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme;
                options.DefaultChallengeScheme = McpAuthenticationDefaults.AuthenticationScheme;
            })
            .AddMcp(options => options.ResourceMetadata = new()
            {
                Resource = resource,
                AuthorizationServers = { issuer },
                ScopesSupported = ["openid", "profile"],
            });
        builder.Services.AddAuthorization();
        builder.Services.AddMcpServer().WithHttpTransport()
            .WithTools([McpServerTool.Create((ClaimsPrincipal user) => user.FindFirstValue("sub"), new() { Name = "whoami" })]);
        // end
        if (secret is not null)
        {
            // begin
            builder.Services.AddOpenIddict().AddValidation(validation => validation
                .UseIntrospection()
                .SetClientId("mcp-server")
                .SetClientSecret(secret));
            // end
        }

        // begin
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapMcp("/mcp").RequireAuthorization();
        // end
        return app;
    }
}
