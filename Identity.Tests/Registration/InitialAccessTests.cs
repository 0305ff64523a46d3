using System.Net;
using Identity.Server.Registration;
using Identity.Server.Registration.InitialAccess;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Identity.Tests.Registration;

/// <summary>Who may register: anybody, whoever has an initial access token, nobody.</summary>
public sealed class InitialAccessTests
{
    private const string NeedsToken = "--Identity:Registration:Mode=InitialAccessToken";

    [Test]
    public async Task A_token_registers_as_many_clients_as_it_says_also_across_a_restart()
    {
        await using var server = await TestServer.StartAsync(NeedsToken);
        using var registrar = new Registrar(server);
        var token = await CreateAsync(server, uses: 3);
        var first = await registrar.RegisterAsync(Registrar.Native(), token);
        Assert.That(first.Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await registrar.ReadAsync(first.Text("client_id"), first.Text("registration_access_token"))).Status, Is.EqualTo(HttpStatusCode.OK));

        // What is refused for another reason does not count.
        Assert.That((await registrar.RegisterAsync(new { redirect_uris = Array.Empty<string>() }, token)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        await server.RestartAsync();
        Assert.That((await registrar.RegisterAsync(Registrar.Web(), token)).Status, Is.EqualTo(HttpStatusCode.Created));
        var third = await registrar.RegisterAsync(Registrar.Native(), token);
        Assert.That(third.Text("client_id"), Is.Not.EqualTo(first.Text("client_id")), "Somebody vouches for it, so that it has an owner.");

        var refused = await registrar.RegisterAsync(Registrar.Native(), token);
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(refused.Error, Is.EqualTo("invalid_token"));
        Assert.That(refused.Headers.WwwAuthenticate.ToString(), Does.StartWith("Bearer error=\"invalid_token\""));
    }

    [Test]
    public async Task Uses_at_the_same_moment_are_all_counted()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        var token = await CreateAsync(server, uses: 7);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => registrar.RegisterAsync(Registrar.Native(), token)));
        Assert.That(answers.Count(answer => answer.Status is HttpStatusCode.Created), Is.EqualTo(7));
        Assert.That(answers.Count(answer => answer.Status is HttpStatusCode.Unauthorized), Is.EqualTo(13));
        Assert.That(answers.Where(answer => answer.Status is HttpStatusCode.Created).Select(answer => answer.Text("client_id")), Is.Unique);
        Assert.That(await ListAsync(server), Is.EqualTo(new[] { 7 }));
    }

    [Test]
    public async Task Without_a_token_or_with_one_that_is_over_nothing_is_told_but_that()
    {
        await using var server = await TestServer.StartAsync(NeedsToken);
        using var registrar = new Registrar(server);
        var expired = await CreateAsync(server, uses: 1, TimeSpan.FromHours(1));
        var revoked = await CreateAsync(server, uses: 2);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var tokens = scope.ServiceProvider.GetRequiredService<IInitialAccessTokens>();
            var id = tokens.List().Single(token => token.MaximumUses is 2).Id;
            Assert.That(await tokens.RevokeAsync(id, CancellationToken.None), Is.True);
            Assert.That(await tokens.RevokeAsync(id, CancellationToken.None), Is.False);
        }

        server.Time.Advance(TimeSpan.FromHours(1));
        foreach (var token in new[] { expired, revoked, "guessed", "" })
        {
            var answer = await registrar.RegisterAsync("no JSON at all", token);
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(answer.Headers.WwwAuthenticate.ToString(), Does.StartWith("Bearer error=\"invalid_token\""));
        }

        var without = await registrar.RegisterAsync(Registrar.Native());
        Assert.That(without.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(without.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
    }

    [Test]
    public async Task A_wrong_token_is_refused_where_none_is_needed()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        Assert.That((await registrar.RegisterAsync(Registrar.Native(), "guessed")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [TestCase("Open", HttpStatusCode.Created, true)]
    [TestCase("InitialAccessToken", HttpStatusCode.Unauthorized, true)]
    [TestCase("Closed", HttpStatusCode.NotFound, false)]
    public async Task The_metadata_says_where_to_register_unless_nobody_may(string mode, HttpStatusCode status, bool isAdvertised)
    {
        await using var server = await TestServer.StartAsync($"--Identity:Registration:Mode={mode}");
        using var registrar = new Registrar(server);
        var metadata = await registrar.SendAsync(HttpMethod.Get, "/.well-known/oauth-authorization-server", null);
        Assert.That(metadata.Has("registration_endpoint"), Is.EqualTo(isAdvertised));
        var answer = await registrar.RegisterAsync(Registrar.Native());
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Error, status is HttpStatusCode.Created ? Is.Null : Is.Not.Empty);
    }

    [Test]
    public async Task Owners_keep_their_clients_where_registration_is_closed_later()
    {
        var mode = RegistrationMode.Open;
        await using var server = await TestServer.StartAsync(builder => builder.Services.PostConfigure<RegistrationOptions>(options => options.Mode = mode));
        using var registrar = new Registrar(server);
        var registered = await registrar.RegisterAsync(Registrar.Web());
        mode = RegistrationMode.Closed;
        await server.RestartAsync();
        Assert.That((await registrar.RegisterAsync(Registrar.Web())).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await registrar.DeleteAsync(registered.Text("client_id"), registered.Text("registration_access_token"))).Status, Is.EqualTo(HttpStatusCode.NoContent));
    }

    [Test]
    public async Task A_token_is_nowhere_kept()
    {
        await using var server = await TestServer.StartAsync();
        var token = await CreateAsync(server, uses: 1);
        await server.StopAsync();
        Assert.That(server.Files, Does.Contain("initial_access_tokens.json"));
        Assert.That(server.Files.Select(file => File.ReadAllText(Path.Combine(server.StorageDirectory, file))), Has.None.Contains(token));
    }

    private static async Task<string> CreateAsync(TestServer server, int uses, TimeSpan? lifetime = null)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<IInitialAccessTokens>().CreateAsync(null, uses, lifetime ?? TimeSpan.FromDays(7), CancellationToken.None)).Value;
    }

    private static async Task<int[]> ListAsync(TestServer server)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return [.. scope.ServiceProvider.GetRequiredService<IInitialAccessTokens>().List().Select(token => token.Uses)];
    }
}
