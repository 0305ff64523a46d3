using System.Net;
using Identity.Server.Authorization;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Identity.Tests.Registration;

/// <summary>RFC 7592 at the running server.</summary>
public sealed class ManagementTests
{
    private TestServer _server = null!;
    private Registrar _registrar = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _registrar = new Registrar(_server = await TestServer.StartAsync());

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _registrar.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task The_owner_reads_what_is_registered_but_not_the_secret()
    {
        var registered = await _registrar.RegisterAsync(Registrar.Web());
        var id = registered.Text("client_id");
        Assert.That(registered.Text("registration_client_uri"), Is.EqualTo($"{_server.Address.GetLeftPart(UriPartial.Authority)}/connect/register/{id}"));

        var read = await _registrar.SendAsync(HttpMethod.Get, new Uri(registered.Text("registration_client_uri")).AbsolutePath, registered.Text("registration_access_token"));
        Assert.That(read.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(read.Headers.CacheControl!.NoStore, Is.True);
        var expected = registered.Json.EnumerateObject().Where(member => !member.Name.StartsWith("client_secret", StringComparison.Ordinal));
        Assert.That(read.Json.EnumerateObject().Select(member => member.ToString()), Is.EquivalentTo(expected.Select(member => member.ToString())));
    }

    [Test]
    public async Task Whoever_is_not_the_owner_learns_nothing()
    {
        var shared = await _registrar.RegisterAsync(Registrar.Native());
        var owned = await _registrar.RegisterAsync(Registrar.Web());
        var other = await _registrar.RegisterAsync(Registrar.Web());
        var answers = new List<string>();
        foreach (var id in new[] { shared.Text("client_id"), owned.Text("client_id"), "unknown", new string('x', 2_000) })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete })
            {
                foreach (var token in new[] { other.Text("registration_access_token"), "guessed", owned.Text("client_secret") })
                {
                    var answer = await _registrar.SendAsync(method, $"/connect/register/{id}", token, method == HttpMethod.Put ? Registrar.Web() : null);
                    Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized), $"{method} {id}");
                    answers.Add($"{answer.Headers.WwwAuthenticate} {answer.Json.GetRawText()}");
                }
            }
        }

        Assert.That(answers.Distinct().Count(), Is.EqualTo(1));
        Assert.That(answers[0], Does.StartWith("Bearer error=\"invalid_token\""));
        Assert.That((await _registrar.ReadAsync(owned.Text("client_id"), null)).Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
        Assert.That((await _registrar.ReadAsync(owned.Text("client_id"), owned.Text("registration_access_token"))).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task An_update_replaces_everything_and_rotates_the_token()
    {
        var registered = await _registrar.RegisterAsync(new Dictionary<string, object?>(Registrar.Web()) { ["client_uri"] = "https://client.example/", ["client_name#fr"] = "Le client" });
        var id = registered.Text("client_id");
        var updated = await _registrar.UpdateAsync(id, registered.Text("registration_access_token"), new Dictionary<string, object?>(Registrar.Web("Renamed"))
        {
            ["client_id"] = id,
            ["client_secret"] = registered.Text("client_secret"),
            ["redirect_uris"] = new[] { "https://client.example/other" },
        });
        Assert.That(updated.Status, Is.EqualTo(HttpStatusCode.OK), updated.ToString());
        Assert.Multiple(() =>
        {
            Assert.That(updated.Text("client_id"), Is.EqualTo(id));
            Assert.That(updated.Json.GetProperty("client_id_issued_at").GetInt64(), Is.EqualTo(registered.Json.GetProperty("client_id_issued_at").GetInt64()));
            Assert.That(updated.Text("client_name"), Is.EqualTo("Renamed"));
            Assert.That(updated.Texts("redirect_uris"), Is.EqualTo(new[] { "https://client.example/other" }));
            Assert.That(updated.Has("client_uri") || updated.Has("client_name#fr") || updated.Has("client_secret"), Is.False);
            Assert.That(updated.Text("registration_access_token"), Is.Not.EqualTo(registered.Text("registration_access_token")));
        });
        Assert.That((await _registrar.ReadAsync(id, registered.Text("registration_access_token"))).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _registrar.ReadAsync(id, updated.Text("registration_access_token"))).Json.GetRawText(), Is.EqualTo(updated.Json.GetRawText()));
        Assert.That(await TryTokenAsync(id, registered.Text("client_secret")), Is.EqualTo("invalid_grant"), "The secret is still the one that it was.");
    }

    [TestCase("client_id", null)]
    [TestCase("client_id", "another")]
    [TestCase("client_secret", "chosen")]
    [TestCase("registration_access_token", "x")]
    [TestCase("registration_client_uri", "https://a.example/")]
    [TestCase("client_id_issued_at", 1)]
    [TestCase("client_secret_expires_at", 0)]
    [TestCase("redirect_uris", null)]
    [TestCase("client_name", 1)]
    public async Task An_update_that_breaks_a_rule_changes_nothing(string member, object? value)
    {
        var registered = await _registrar.RegisterAsync(Registrar.Web());
        var id = registered.Text("client_id");
        var token = registered.Text("registration_access_token");
        var before = await _registrar.ReadAsync(id, token);
        var refused = await _registrar.UpdateAsync(id, token, new Dictionary<string, object?>(Registrar.Web("Renamed")) { ["client_id"] = id, [member] = value });
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(refused.Error, Is.EqualTo(member is "redirect_uris" ? "invalid_redirect_uri" : "invalid_client_metadata"));
        Assert.That(refused.Text("error_description"), Does.StartWith(member + ":"));
        Assert.That((await _registrar.ReadAsync(id, token)).Json.GetRawText(), Is.EqualTo(before.Json.GetRawText()));
    }

    [Test]
    public async Task A_client_that_changes_how_it_authenticates_gets_and_loses_its_secret()
    {
        var registered = await _registrar.RegisterAsync(Registrar.Web());
        var id = registered.Text("client_id");
        var open = await _registrar.UpdateAsync(id, registered.Text("registration_access_token"), new Dictionary<string, object?>(Registrar.Native()) { ["client_id"] = id });
        Assert.That(open.Has("client_secret"), Is.False);
        Assert.That(await TryTokenAsync(id, null), Is.EqualTo("invalid_grant"));
        Assert.That(await TryTokenAsync(id, registered.Text("client_secret")), Is.EqualTo("invalid_client"));

        var closed = await _registrar.UpdateAsync(id, open.Text("registration_access_token"), new Dictionary<string, object?>(Registrar.Web()) { ["client_id"] = id });
        Assert.That(closed.Text("client_secret"), Is.Not.EqualTo(registered.Text("client_secret")));
        Assert.That(closed.Json.GetProperty("client_secret_expires_at").GetInt64(), Is.Zero);
        Assert.That(await TryTokenAsync(id, null), Is.EqualTo("invalid_client"));
        Assert.That(await TryTokenAsync(id, closed.Text("client_secret")), Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task Of_updates_with_the_same_token_at_the_same_moment_one_counts()
    {
        var registered = await _registrar.RegisterAsync(Registrar.Web());
        var id = registered.Text("client_id");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => _registrar.UpdateAsync(
            id, registered.Text("registration_access_token"), new Dictionary<string, object?>(Registrar.Web($"Name {number}")) { ["client_id"] = id })));
        var winner = answers.Single(answer => answer.Status is HttpStatusCode.OK);
        Assert.That(answers.Where(answer => answer != winner).Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await _registrar.ReadAsync(id, winner.Text("registration_access_token"))).Json.GetRawText(), Is.EqualTo(winner.Json.GetRawText()));
    }

    [Test]
    public async Task A_deleted_client_takes_its_connections_with_it_in_memory_and_on_disk()
    {
        await using var scene = await TokenScene.StartAsync();
        using var registrar = new Registrar(scene.Server);
        var client = await scene.RegisterAsync("client_secret_post");
        var other = await scene.RegisterAsync("client_secret_post");
        var (tokens, others) = (await scene.ConnectAsync(client), await scene.ConnectAsync(other));

        var deleted = await registrar.DeleteAsync(client.Id, client.ManagementToken);
        Assert.That(deleted.Status, Is.EqualTo(HttpStatusCode.NoContent));
        await AssertGoneAsync();
        await scene.Server.RestartAsync();
        await AssertGoneAsync();
        Assert.That((await scene.RefreshAsync(other, others.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.OK));

        async Task AssertGoneAsync()
        {
            Assert.That((await scene.RefreshAsync(client, tokens.RefreshToken!)).Error, Is.EqualTo("invalid_client"));
            Assert.That((await scene.UserInfoAsync(tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(await scene.GetConnectionStatusAsync(tokens.AuthorizationId), Is.Null);
            Assert.That(await scene.GetConnectionStatusAsync(others.AuthorizationId), Is.EqualTo("valid"));
            Assert.That((await registrar.ReadAsync(client.Id, client.ManagementToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(scene.Server.Services.GetRequiredService<Collection<Consent>>().List().Select(consent => consent.ClientId), Is.EqualTo(new[] { other.Id }));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task People_are_asked_again_where_answers_may_go_to_another_address_than_they_agreed_to(bool isOther)
    {
        await using var scene = await TokenScene.StartAsync();
        using var registrar = new Registrar(scene.Server);
        using var browser = scene.OpenBrowser();
        await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), Scene.UserName, Scene.Password);
        var client = await scene.RegisterAsync("client_secret_post");
        await scene.ConnectAsync(client);
        var address = (await registrar.ReadAsync(client.Id, client.ManagementToken)).Texts("redirect_uris")[0];

        var updated = await registrar.UpdateAsync(client.Id, client.ManagementToken, new Dictionary<string, object?>(Registrar.Web("Renamed"))
        {
            ["client_id"] = client.Id,
            ["redirect_uris"] = isOther ? new[] { address, "https://elsewhere.example/callback" } : [address],
        });

        Assert.That(updated.Status, Is.EqualTo(HttpStatusCode.OK), updated.ToString());
        Assert.That(HttpBrowser.IsConsent(await scene.AskAsync(client, browser, "openid profile email")), Is.EqualTo(isOther));
    }

    [Test]
    public async Task The_token_is_nowhere_kept()
    {
        var registered = await _registrar.RegisterAsync(Registrar.Web());
        foreach (var file in _server.Files.Where(file => file.StartsWith("journal", StringComparison.Ordinal) || file.EndsWith(".json", StringComparison.Ordinal)))
        {
            Assert.That(File.ReadAllText(Path.Combine(_server.StorageDirectory, file)), Does.Not.Contain(registered.Text("registration_access_token")));
        }
    }

    private async Task<string?> TryTokenAsync(string clientId, string? secret)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = "none", ["client_id"] = clientId };
        if (secret is not null)
        {
            form["client_secret"] = secret;
        }

        return (await _registrar.SendAsync(HttpMethod.Post, "/connect/token", null, new FormUrlEncodedContent(form))).Error;
    }
}
