using System.Net;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.Registration;

/// <summary>Identical registrations of public clients that nobody vouched for are one client.</summary>
public sealed class SharedClientTests
{
    [Test]
    public async Task The_same_registration_gets_the_same_answer_from_the_first_on_and_after_a_restart()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        var first = await registrar.RegisterAsync(Registrar.Native());
        Assert.That(first.Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(first.Has("registration_access_token") || first.Has("registration_client_uri"), Is.False);

        var kept = File.ReadAllText(Path.Combine(server.StorageDirectory, "journal-1.jsonl"));
        server.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.That((await registrar.RegisterAsync(Registrar.Native())).Json.GetRawText(), Is.EqualTo(first.Json.GetRawText()));
        Assert.That(File.ReadAllText(Path.Combine(server.StorageDirectory, "journal-1.jsonl")), Is.EqualTo(kept), "Nothing is written for a client that is there.");

        await server.RestartAsync();
        server.Time.Advance(TimeSpan.FromHours(5));
        Assert.That((await registrar.RegisterAsync(Registrar.Native())).Json.GetRawText(), Is.EqualTo(first.Json.GetRawText()));
        Assert.That(await CountAsync(server), Is.EqualTo(1));
    }

    [Test]
    public async Task Registrations_at_the_same_moment_are_one_client()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => registrar.RegisterAsync(Registrar.Native($"Client {number % 4}"))));
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Created));
        Assert.That(answers.GroupBy(answer => answer.Text("client_name")).Select(group => group.Select(answer => answer.Json.GetRawText()).Distinct().Count()), Is.All.EqualTo(1));
        Assert.That(await CountAsync(server), Is.EqualTo(4));
    }

    [Test]
    public async Task Loopback_ports_aside_and_each_is_told_its_own()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        string[] one = ["http://localhost:1111/callback", "https://a.example/callback", "cursor://a.b/callback"];
        string[] other = ["http://localhost:2222/callback", "https://a.example/callback", "cursor://a.b/callback"];
        var first = await registrar.RegisterAsync(Registrar.Native("Cursor", one));
        var second = await registrar.RegisterAsync(Registrar.Native("Cursor", other));
        Assert.That(second.Text("client_id"), Is.EqualTo(first.Text("client_id")));
        Assert.That(first.Texts("redirect_uris"), Is.EqualTo(one));
        Assert.That(second.Texts("redirect_uris"), Is.EqualTo(other));

        // Whoever shares it comes back on the port that it has, whoever was first.
        using var http = server.CreateClient();
        foreach (var (uri, status) in new[]
        {
            ("http://localhost:1111/callback", HttpStatusCode.Redirect), ("http://localhost:2222/callback", HttpStatusCode.Redirect),
            ("http://localhost/callback", HttpStatusCode.Redirect), ("http://127.0.0.1:1111/callback", HttpStatusCode.BadRequest),
            ("http://localhost:1111/other", HttpStatusCode.BadRequest), ("https://a.example:1111/callback", HttpStatusCode.BadRequest),
        })
        {
            using var response = await http.GetAsync(
                $"/connect/authorize?client_id={first.Text("client_id")}&response_type=code&scope=openid&code_challenge={new string('x', 43)}&code_challenge_method=S256&redirect_uri={Uri.EscapeDataString(uri)}");
            Assert.That(response.StatusCode, Is.EqualTo(status), uri);
        }
    }

    [TestCase("client_name", "Other")]
    [TestCase("client_name#fr", "Autre")]
    [TestCase("client_uri", "https://other.example/")]
    [TestCase("redirect_uris", "http://127.0.0.1:40123/callback")]
    [TestCase("redirect_uris", "http://localhost:40123/other")]
    [TestCase("scope", "openid")]
    [TestCase("grant_types", "authorization_code")]
    [TestCase("software_version", "2")]
    public async Task Whatever_else_differs_is_another_client(string member, string value)
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        var first = await registrar.RegisterAsync(Registrar.Native());
        var changed = Registrar.Native();
        changed[member] = member is "redirect_uris" or "grant_types" ? new[] { value } : value;
        Assert.That((await registrar.RegisterAsync(changed)).Text("client_id"), Is.Not.EqualTo(first.Text("client_id")));
    }

    [Test]
    public async Task The_port_of_a_web_application_on_loopback_counts()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        var ids = new List<string>();
        foreach (var port in new[] { 1111, 2222 })
        {
            var body = Registrar.Native("Web", $"http://localhost:{port}/callback");
            body["application_type"] = "web";
            ids.Add((await registrar.RegisterAsync(body)).Text("client_id"));
        }

        Assert.That(ids, Is.Unique);
    }

    [Test]
    public async Task Clients_with_a_secret_are_never_shared()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        var answers = new[] { await registrar.RegisterAsync(Registrar.Web()), await registrar.RegisterAsync(Registrar.Web()) };
        Assert.That(answers.Select(answer => answer.Text("client_id")), Is.Unique);
        Assert.That(answers.Select(answer => answer.Text("client_secret")), Is.Unique);
        Assert.That(answers.Select(answer => answer.Text("registration_access_token")), Is.Unique);
    }

    private static async Task<long> CountAsync(TestServer server)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CountAsync();
    }
}
