using Identity.Server.Maintenance;
using Identity.Server.Registration;
using Identity.Server.Registration.Unused;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Tests.Registration;

public sealed class UnusedClientsTests
{
    [Test]
    public async Task A_client_that_nobody_used_goes_after_48_hours_counted_from_its_latest_registration()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        await AddAdministratorsClientAsync(server);
        var abandoned = await registrar.RegisterAsync(Registrar.Native("Abandoned"));
        var secret = await registrar.RegisterAsync(Registrar.Web());
        var again = await registrar.RegisterAsync(Registrar.Native("Again"));
        server.Time.Advance(UnusedClients.NeverUsedLifetime - TimeSpan.FromHours(2));
        await registrar.RegisterAsync(Registrar.Native("Again"));
        server.Time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        Assert.That(await RunAsync(server), Is.Zero);

        server.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await RunAsync(server), Is.EqualTo(2));
        Assert.That(await ExistsAsync(server, abandoned.Text("client_id")) || await ExistsAsync(server, secret.Text("client_id")), Is.False);
        Assert.That(await ExistsAsync(server, again.Text("client_id")), Is.True);

        await server.RestartAsync();
        server.Time.Advance(UnusedClients.NeverUsedLifetime);
        Assert.That(await RunAsync(server), Is.EqualTo(1));
        Assert.That(await CountAsync(server), Is.EqualTo(1), "The administrator's stays.");
    }

    [Test]
    public async Task A_shared_client_that_went_comes_back_as_it_was_known()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        var first = await registrar.RegisterAsync(Registrar.Native());
        server.Time.Advance(UnusedClients.NeverUsedLifetime);
        Assert.That(await RunAsync(server), Is.EqualTo(1));
        var second = await registrar.RegisterAsync(Registrar.Native());
        Assert.That(second.Text("client_id"), Is.EqualTo(first.Text("client_id")));
        Assert.That(second.Json.GetProperty("client_id_issued_at").GetInt64(), Is.EqualTo(server.Time.GetUtcNow().ToUnixTimeSeconds()));
    }

    [Test]
    public async Task A_client_that_was_used_goes_when_it_had_no_connection_for_90_days()
    {
        await using var scene = await TokenScene.StartAsync();
        using var registrar = new Registrar(scene.Server);
        var client = await scene.RegisterAsync();
        var tokens = await scene.ConnectAsync(client);

        // The connection is seen once by the job, and is gone long before the client may go.
        await PruneAsync(scene.Server);
        scene.Time.Advance(TimeSpan.FromDays(3));
        await PruneAsync(scene.Server);
        Assert.That(await scene.GetConnectionStatusAsync(tokens.AuthorizationId), Is.Null);
        Assert.That(await ExistsAsync(scene.Server, client.Id), Is.True);

        await scene.Server.RestartAsync();
        scene.Time.Advance(UnusedClients.IdleLifetime - TimeSpan.FromMinutes(1));
        await PruneAsync(scene.Server);
        Assert.That(await ExistsAsync(scene.Server, client.Id), Is.True, "It counts from when its last connection was there.");
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        await PruneAsync(scene.Server);
        Assert.That(await ExistsAsync(scene.Server, client.Id), Is.False);
    }

    [Test]
    public async Task A_client_with_a_live_refresh_token_stays_however_long_it_was_idle()
    {
        await using var scene = await TokenScene.StartAsync("--Identity:Tokens:RefreshTokenLifetime=365.00:00:00", "--Identity:Tokens:ConnectionLifetime=");
        var client = await scene.RegisterAsync();
        var tokens = await scene.ConnectAsync(client);
        await PruneAsync(scene.Server);
        scene.Time.Advance(TimeSpan.FromDays(300));
        await PruneAsync(scene.Server);
        Assert.That((await scene.RefreshAsync(client, tokens.RefreshToken!)).Status, Is.EqualTo(System.Net.HttpStatusCode.OK));
    }

    [Test]
    public async Task Of_more_than_are_kept_the_oldest_go_at_once()
    {
        await using var server = await TestServer.StartAsync();
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var directory = scope.ServiceProvider.GetRequiredService<Identity.Stores.FileSystem.Storage.StorageDirectory>();
            var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
            await directory.ExecuteAsync(async token =>
            {
                for (var number = 0; number < UnusedClients.MaximumNeverUsed + 3; number++)
                {
                    await applications.CreateAsync(new OpenIddictApplicationDescriptor
                    {
                        ClientId = $"client-{number}",
                        ClientType = ClientTypes.Public,
                        Properties = { [ClientRegistrar.IssuedAtProperty] = System.Text.Json.JsonSerializer.SerializeToElement(server.Time.GetUtcNow().ToUnixTimeSeconds() - number) },
                    }, token);
                }
            });
        }

        Assert.That(await RunAsync(server), Is.EqualTo(3));
        Assert.That(await CountAsync(server), Is.EqualTo(UnusedClients.MaximumNeverUsed));
        for (var number = UnusedClients.MaximumNeverUsed; number < UnusedClients.MaximumNeverUsed + 3; number++)
        {
            Assert.That(await ExistsAsync(server, $"client-{number}"), Is.False);
        }
    }

    private static async Task AddAdministratorsClientAsync(TestServer server)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ClientCreator>().CreateAsync("Mine", ["https://client.example/callback"], [], isPublic: false, CancellationToken.None);
    }

    private static async Task<int> RunAsync(TestServer server)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<UnusedClients>().RemoveAsync(CancellationToken.None);
    }

    private static async Task PruneAsync(TestServer server)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<PruningJob>().RunAsync(CancellationToken.None);
    }

    private static async Task<long> CountAsync(TestServer server)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CountAsync();
    }

    private static async Task<bool> ExistsAsync(TestServer server, string clientId)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().FindByClientIdAsync(clientId) is not null;
    }
}
