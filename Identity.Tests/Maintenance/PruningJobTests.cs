using Identity.Server.Maintenance;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using Quartz;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Tests.Maintenance;

public sealed class PruningJobTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    [Test]
    public async Task Expired_tokens_go_and_then_the_connections_that_have_none_left()
    {
        await using var server = await TestServer.StartAsync();
        var ended = await AddConnectionAsync(server, Lifetime);
        server.Time.Advance(Lifetime + TimeSpan.FromMinutes(1));
        var live = await AddConnectionAsync(server, Lifetime);

        Assert.That(await RunAsync(server), Is.EqualTo((1, 1)));
        Assert.That(await ExistsAsync(server, ended), Is.False);
        Assert.That(await ExistsAsync(server, live), Is.True);
        Assert.That(server.Log.Entries.Select(entry => entry.Message), Does.Contain("Removed 1 tokens that had ended and 1 authorizations without tokens."));
        Assert.That(await RunAsync(server), Is.EqualTo((0, 0)));

        await server.RestartAsync();
        Assert.That(await ExistsAsync(server, ended), Is.False);
        Assert.That(await ExistsAsync(server, live), Is.True);
    }

    [Test]
    public async Task Spent_refresh_tokens_stay_until_they_expire()
    {
        await using var server = await TestServer.StartAsync();
        var connection = await AddConnectionAsync(server, Lifetime, Statuses.Redeemed);
        server.Time.Advance(Lifetime - TimeSpan.FromMinutes(1));
        Assert.That(await RunAsync(server), Is.EqualTo((0, 0)));
        server.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.That(await RunAsync(server), Is.EqualTo((1, 1)));
        Assert.That(await ExistsAsync(server, connection), Is.False);
    }

    [Test]
    public async Task Tokens_in_memory_are_pruned_like_those_on_disk()
    {
        await using var server = await TestServer.StartAsync("--Identity:Maintenance:MinimumTokenLifespan=2.00:00:00");
        var connection = await AddConnectionAsync(server, Lifetime, Statuses.Revoked, TokenTypeIdentifiers.AccessToken);
        server.Time.Advance(TimeSpan.FromHours(20));
        Assert.That(await RunAsync(server), Is.EqualTo((0, 0)));
        Assert.That(await ExistsAsync(server, connection), Is.True);
    }

    [Test]
    public async Task Nothing_is_removed_under_a_clock_that_has_jumped()
    {
        await using var server = await TestServer.StartAsync();
        var connection = await AddConnectionAsync(server, Lifetime);
        server.Time.Jump(TimeSpan.FromDays(3_650));
        Assert.That(await RunAsync(server), Is.EqualTo((0, 0)));
        Assert.That(server.Log.Entries.Select(entry => entry.Message), Has.One.Contains("the clock, which says").And.Contains("has jumped"));
        Assert.That(await ExistsAsync(server, connection), Is.True);

        server.Time.Jump(TimeSpan.FromDays(-3_650));
        Assert.That(await RunAsync(server), Is.EqualTo((0, 0)), "nothing has ended");
        server.Time.Advance(Lifetime + TimeSpan.FromMinutes(1));
        Assert.That(await RunAsync(server), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task The_job_is_scheduled_once_and_not_at_the_start()
    {
        await using var server = await TestServer.StartAsync("--Identity:Maintenance:InitialDelay=00:10:00", "--Identity:Maintenance:Interval=02:00:00");
        var scheduler = await server.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
        var triggers = new List<ITrigger>();
        foreach (var key in await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.AnyGroup()))
        {
            triggers.Add((await scheduler.GetTrigger(key))!);
        }

        var trigger = (ISimpleTrigger)triggers.Single();
        Assert.That(trigger.RepeatInterval, Is.EqualTo(TimeSpan.FromHours(2)));
        Assert.That(trigger.StartTimeUtc, Is.GreaterThan(TimeProvider.System.GetUtcNow()));
        Assert.That((await scheduler.GetJobDetail(trigger.JobKey))!.ConcurrentExecutionDisallowed, Is.True);
    }

    private static async Task<string> AddConnectionAsync(
        TestServer server, TimeSpan lifetime, string status = Statuses.Valid, string type = TokenTypeIdentifiers.RefreshToken)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var authorizations = scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>();
        var authorization = await authorizations.CreateAsync(new OpenIddictAuthorizationDescriptor
        {
            CreationDate = server.Time.GetUtcNow(),
            Status = Statuses.Valid,
            Subject = "alice",
            Type = AuthorizationTypes.AdHoc,
        });
        var id = (await authorizations.GetIdAsync(authorization))!;
        await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().CreateAsync(new OpenIddictTokenDescriptor
        {
            AuthorizationId = id,
            CreationDate = server.Time.GetUtcNow(),
            ExpirationDate = server.Time.GetUtcNow() + lifetime,
            Status = status,
            Subject = "alice",
            Type = type,
        });
        return id;
    }

    private static async Task<(long Tokens, long Authorizations)> RunAsync(TestServer server)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PruningJob>().RunAsync(CancellationToken.None);
    }

    private static async Task<bool> ExistsAsync(TestServer server, string id)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().FindByIdAsync(id) is not null;
    }
}
