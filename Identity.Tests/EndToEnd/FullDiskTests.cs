using System.Net;
using System.Net.Http.Json;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using IssuedTokens = Identity.Tests.Tokens.Tokens;

namespace Identity.Tests.EndToEnd;

/// <summary>What clients meet at a server whose disk is really full.</summary>
internal sealed class FullDiskTests
{
    [Test]
    public async Task On_a_full_disk_changes_get_a_503_reads_go_on_and_nothing_acknowledged_is_lost_by_a_kill()
    {
        using var disk = await SmallDisk.MountAsync(kibibytes: 4_096);
        await using var scene = await ProcessScene.StartAsync($"--Identity:StorageDirectory={disk.Path}/data");
        using var http = scene.Server.CreateClient();
        var client = await scene.RegisterAsync();
        var tokens = await scene.ConnectAsync(client);

        disk.Fill();
        await RegisterUntilThereIsNoSpaceAsync(http);
        Assert.That((await scene.RefreshAsync(client, tokens.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That((await scene.UserInfoAsync(tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK), "reads go on");
        Assert.That(await StatusAsync(http, "/.well-known/openid-configuration"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(http, "/health/ready"), Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await StatusAsync(http, "/health/live"), Is.EqualTo(HttpStatusCode.OK));

        disk.Free();
        tokens = IssuedTokens.From(await scene.RefreshAsync(client, tokens.RefreshToken!));
        var last = await scene.RegisterAsync();

        disk.Fill();
        await RegisterUntilThereIsNoSpaceAsync(http);
        await scene.Server.KillAsync();
        await scene.Server.StartAgainAsync();
        Assert.That((await scene.RefreshAsync(client, tokens.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable), "still full");
        Assert.That((await scene.RefreshAsync(last, "unknown")).Error, Is.EqualTo("invalid_grant"), "a client that is known");

        disk.Free();
        IssuedTokens.From(await scene.RefreshAsync(client, tokens.RefreshToken!));
        Assert.That(await StatusAsync(http, "/health/ready"), Is.EqualTo(HttpStatusCode.OK));
    }

    /// <summary>Fills what is left of the journal's last segment.</summary>
    private static async Task RegisterUntilThereIsNoSpaceAsync(HttpClient http)
    {
        var large = Enumerable.Range(0, 30).Select(index => $"https://client.example/{index}/{new string('x', 1_900)}").ToArray();
        HttpStatusCode status;
        var number = 0;
        do
        {
            // With names of their own: what is registered already takes no space.
            using var response = await http.PostAsJsonAsync(
                "/connect/register", new { client_name = $"Client {++number}", redirect_uris = large, token_endpoint_auth_method = "none" });
            status = response.StatusCode;
        }
        while (status is HttpStatusCode.Created);

        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(path);
        return response.StatusCode;
    }
}
