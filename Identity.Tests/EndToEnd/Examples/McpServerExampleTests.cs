using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Identity.Tests.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Identity.Tests.EndToEnd.Examples;

/// <summary>What docs/mcp-server.md says about C# compiles, runs and protects.</summary>
internal sealed partial class McpServerExampleTests
{
    private const string Resource = "https://mcp.example.com/mcp";

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_example_lets_in_who_has_a_token_for_it_and_tells_others_where_to_get_one(bool introspects)
    {
        await using var scene = await TokenScene.StartAsync();
        var issuer = scene.Server.Address.GetLeftPart(UriPartial.Authority);
        var secret = introspects ? (await scene.AddConfidentialClientAsync("mcp-server", [Resource])).Secret : null;
        await using var app = McpServerExample.Build(issuer, Resource, secret, "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None");
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        var client = await scene.RegisterAsync();
        var tokens = await scene.ConnectAsync(client, "openid profile", Resource);
        var others = await scene.ConnectAsync(client, "openid profile", "https://other.example.com/");

        using var stranger = await CallAsync(http, null);
        using var misled = await CallAsync(http, others.AccessToken);
        using var welcome = await CallAsync(http, tokens.AccessToken);
        await scene.RevokeAsync(client, tokens.AccessToken);
        using var afterwards = await CallAsync(http, tokens.AccessToken);

        Assert.That(stranger.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(misled.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(welcome.StatusCode, Is.EqualTo(HttpStatusCode.OK), await welcome.Content.ReadAsStringAsync());
        Assert.That(afterwards.StatusCode, Is.EqualTo(introspects ? HttpStatusCode.Unauthorized : HttpStatusCode.OK), "only who asks learns of a revocation");
        var address = MetadataAddress().Match(stranger.Headers.WwwAuthenticate.ToString()).Groups[1].Value;
        var metadata = await http.GetFromJsonAsync<JsonElement>(address);
        Assert.That(metadata.GetProperty("resource").GetString(), Is.EqualTo(Resource));
        Assert.That(metadata.GetProperty("authorization_servers").EnumerateArray().Single().GetString(), Is.EqualTo(issuer));
    }

    [Test]
    public void The_page_shows_what_is_run()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "mcp-server.md")).ReplaceLineEndings("\n");
        var code = File.ReadAllText(Path.Combine(Root(), "Identity.Tests", "EndToEnd", "Examples", "McpServerExample.cs")).ReplaceLineEndings("\n");

        var parts = Example().Matches(code).Select(match => Outdent(match.Groups[1].Value)).ToList();

        Assert.That(parts, Has.Count.EqualTo(3));
        foreach (var part in parts)
        {
            Assert.That(page, Does.Contain(part));
        }
    }

    private static async Task<HttpResponseMessage> CallAsync(HttpClient http, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = JsonContent.Create(new
            {
                jsonrpc = "2.0",
                id = 1,
                method = "initialize",
                @params = new { protocolVersion = "2025-06-18", capabilities = new { }, clientInfo = new { name = "test", version = "1" } },
            }),
            Headers = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
        };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        return await http.SendAsync(request);
    }

    private static string Outdent(string text)
    {
        var lines = text.TrimEnd().Split('\n');
        var depth = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[depth..] : line));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Identity.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    [GeneratedRegex("// begin\n(.*?)// end\n", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("resource_metadata=\"([^\"]+)\"")]
    private static partial Regex MetadataAddress();
}
