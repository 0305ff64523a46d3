using System.Net;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Hosting;

public sealed class StartTests
{
    [Test]
    public async Task A_server_starts_in_an_empty_directory_stops_cleanly_and_starts_again()
    {
        await using var server = await ServerProcess.StartAsync();
        var address = server.Address;
        using (var client = server.CreateClient())
        {
            Assert.That((await client.GetAsync("/health/ready")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That(await server.StopAsync(), Is.Zero);
        await server.StartAgainAsync();
        using (var client = server.CreateClient())
        {
            Assert.That((await client.GetAsync("/health/live")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That(server.Address, Is.EqualTo(address));
    }

    [Test]
    public async Task A_server_in_this_process_restarts_over_the_same_directory()
    {
        await using var server = await TestServer.StartAsync();
        var keys = server.Files.Where(file => file.StartsWith("keys/", StringComparison.Ordinal)).ToList();
        await server.RestartAsync();
        using var client = server.CreateClient();
        Assert.That((await client.GetAsync("/health/ready")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(server.Files, Is.SupersetOf(keys));
    }
}
