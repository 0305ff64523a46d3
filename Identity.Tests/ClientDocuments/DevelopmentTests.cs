using System.Text.Json;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.ClientDocuments;

/// <summary>Clients that describe themselves on the machine on which they are developed.</summary>
public sealed class DevelopmentTests
{
    private const string RedirectUri = "http://localhost/callback";

    [TestCase("Development", ExpectedResult = 201)]
    [TestCase("Production", ExpectedResult = 401)]
    public async Task<int> A_document_on_this_machine_counts_in_development_only(string environment)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var host = builder.Build();
        host.Run(AnswerAsync);
        await host.StartAsync();
        await using var server = await TestServer.StartAsync($"--environment={environment}");
        using var client = server.CreateClient();

        using var content = new FormUrlEncodedContent(Scene.Parameters(RedirectUri, ("client_id", $"{host.Urls.Single()}/client.json"))
            .Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value!)));
        using var response = await client.PostAsync(new Uri("/connect/par", UriKind.Relative), content);

        return (int)response.StatusCode;
    }

    private static Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            client_id = $"http://{context.Request.Host}{context.Request.Path}",
            redirect_uris = new[] { RedirectUri },
            token_endpoint_auth_method = "none",
        }));
    }
}
