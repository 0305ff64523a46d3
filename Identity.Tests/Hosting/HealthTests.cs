using System.Net;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Identity.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Identity.Tests.Hosting;

public sealed class HealthTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Ready_turns_false_while_nothing_can_be_written_and_true_again_by_itself()
    {
        var files = new FaultyFileSystem();
        await using var server = await TestServer.StartAsync(Use(files));
        using var client = server.CreateClient();
        Assert.That(await StatusAsync(client, "/health/ready"), Is.EqualTo(HttpStatusCode.OK));

        files.Decide = (_, _) => Fault.Before;
        server.Time.Advance(Interval);
        Assert.That(await StatusAsync(client, "/health/ready"), Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await StatusAsync(client, "/health/live"), Is.EqualTo(HttpStatusCode.OK));

        files.Decide = (_, _) => Fault.None;
        server.Time.Advance(Interval);
        Assert.That(await StatusAsync(client, "/health/ready"), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Ready_writes_at_most_once_a_second_whoever_asks()
    {
        var files = new FaultyFileSystem();
        await using var server = await TestServer.StartAsync(Use(files));
        using var client = server.CreateClient();
        await StatusAsync(client, "/health/ready");
        var writes = files.Count("Write");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => StatusAsync(client, "/health/ready")));
        Assert.That(files.Count("Write"), Is.EqualTo(writes));
        server.Time.Advance(Interval);
        await StatusAsync(client, "/health/ready");
        Assert.That(files.Count("Write"), Is.GreaterThan(writes));
    }

    [Test]
    public async Task Ready_leaves_nothing_behind()
    {
        var files = new FaultyFileSystem();
        await using var server = await TestServer.StartAsync(Use(files));
        using (var client = server.CreateClient())
        {
            await StatusAsync(client, "/health/ready");
        }

        // The second flush is that of the removal: what was written stays, and goes with the next that succeeds.
        foreach (var last in (bool[])[false, true])
        {
            var flushes = 0;
            files.Decide = (_, call) => call is "Flush" && !last && flushes++ is 1 ? Fault.Before : Fault.None;
            server.Time.Advance(Interval);
            using var client = server.CreateClient();
            Assert.That(await StatusAsync(client, "/health/ready"), Is.EqualTo(last ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable));
        }

        await server.StopAsync();
        Assert.That(await File.ReadAllTextAsync(Path.Combine(server.StorageDirectory, "health_probes.json")), Does.Contain("\"count\":0"));
    }

    private static Action<WebApplicationBuilder> Use(FaultyFileSystem files) => builder => builder.Services.Replace(ServiceDescriptor.Singleton(
        provider => StorageDirectory.Open(
            files,
            provider.GetRequiredService<IOptions<FileSystemStorageOptions>>().Value,
            provider.GetServices<CollectionDefinition>(),
            provider.GetRequiredService<TimeProvider>(),
            NullLogger.Instance)));

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return response.StatusCode;
    }
}
