using Identity.Tests.ClientDocuments;
using Identity.Tests.Infrastructure;
using IssuedTokens = Identity.Tests.Tokens.Tokens;

namespace Identity.Tests.EndToEnd;

/// <summary>The MCP C# SDK's client and server, with this server between them.</summary>
internal sealed class McpTests
{
    [Test]
    public async Task A_client_connects_and_after_a_restart_calls_again_without_a_new_sign_in()
    {
        await using var scene = await ProcessScene.StartAsync();
        await using var server = await ProtectedMcpServer.StartAsync(scene.Server.Address, "/mcp", asksIssuer: true);
        using var user = new McpUser(scene.Server.Address);
        await using var client = await user.ConnectAsync(server.Endpoint);
        Assert.That(await McpUser.CallAsync(client), Is.EqualTo(Scene.UserName));
        var before = user.Tokens;
        Assert.That(IssuedTokens.Claims(before.AccessToken).GetProperty("aud").GetString(), Is.EqualTo(server.Endpoint.AbsoluteUri));

        await scene.RestartAsync();

        // The MCP server asks, hears that the access token is no longer good, and demands another one.
        Assert.That(await McpUser.CallAsync(client), Is.EqualTo(Scene.UserName));
        Assert.That(user.Tokens.AccessToken, Is.Not.EqualTo(before.AccessToken));
        Assert.That(user.Tokens.RefreshToken, Is.Not.Null.And.Not.EqualTo(before.RefreshToken));
        Assert.That((user.SignIns, user.Registrations), Is.EqualTo((1, 1)));
    }

    // The client names the resource when it authorizes, and the address that it calls when it refreshes.
    [Test]
    public async Task A_client_refreshes_where_the_resource_is_the_whole_host_and_the_address_one_path_of_it()
    {
        await using var scene = await ProcessScene.StartAsync();
        await using var server = await ProtectedMcpServer.StartAsync(scene.Server.Address, "/mcp", asksIssuer: false, resource: "/");
        using var user = new McpUser(scene.Server.Address);
        await using var client = await user.ConnectAsync(server.Endpoint);
        var name = await McpUser.CallAsync(client);
        var before = user.Tokens;

        user.ExpireAccessToken();

        Assert.That(await McpUser.CallAsync(client), Is.EqualTo(name));
        Assert.That(user.Tokens.AccessToken, Is.Not.EqualTo(before.AccessToken));
        var resource = server.Endpoint.GetLeftPart(UriPartial.Authority);
        Assert.That(IssuedTokens.Claims(user.Tokens.AccessToken).GetProperty("aud").GetString()!.TrimEnd('/'), Is.EqualTo(resource));
        Assert.That((user.SignIns, user.Registrations), Is.EqualTo((1, 1)));
    }

    // At the root of its address, which the client writes now with a slash and now without.
    [Test]
    public async Task A_client_whose_access_token_expires_goes_on_after_a_restart_and_with_no_more_than_it_kept()
    {
        await using var scene = await ProcessScene.StartAsync();
        await using var server = await ProtectedMcpServer.StartAsync(scene.Server.Address, "/", asksIssuer: false);
        using var user = new McpUser(scene.Server.Address);
        string name;
        await using (var client = await user.ConnectAsync(server.Endpoint))
        {
            name = await McpUser.CallAsync(client);
            var before = user.Tokens;

            // A resource server that only checks signatures takes an access token from before until it expires.
            await scene.RestartAsync();
            Assert.That(await McpUser.CallAsync(client), Is.EqualTo(name));
            Assert.That(user.Tokens, Is.SameAs(before));

            // The client does not wait to be told then.
            user.ExpireAccessToken();
            Assert.That(await McpUser.CallAsync(client), Is.EqualTo(name));
            Assert.That(user.Tokens.AccessToken, Is.Not.EqualTo(before.AccessToken));
            Assert.That(user.Tokens.RefreshToken, Is.Not.Null.And.Not.EqualTo(before.RefreshToken));
        }

        var kept = user.Tokens;
        user.ExpireAccessToken();
        await using var again = await user.ConnectAsync(server.Endpoint);
        Assert.That(await McpUser.CallAsync(again), Is.EqualTo(name));
        Assert.That(user.Tokens.RefreshToken, Is.Not.Null.And.Not.EqualTo(kept.RefreshToken));
        Assert.That((user.SignIns, user.Registrations), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_client_that_is_described_in_a_document_registers_nowhere_and_goes_on_after_a_restart()
    {
        await using var scene = await DocumentScene.StartAsync();
        scene.Publish(("redirect_uris", new[] { "http://127.0.0.1/callback" }));
        await using var server = await ProtectedMcpServer.StartAsync(scene.Server.Address, "/mcp", asksIssuer: true);
        using var user = new McpUser(scene.Server.Address, new Uri(scene.ClientId));
        await using var client = await user.ConnectAsync(server.Endpoint);
        Assert.That(await McpUser.CallAsync(client), Is.EqualTo(Scene.UserName));
        Assert.That(IssuedTokens.Claims(user.Tokens.AccessToken).GetProperty("client_id").GetString(), Is.EqualTo(scene.ClientId));

        await scene.Server.StopAsync();
        await scene.Host.StopAsync();
        await scene.Server.StartAgainAsync();

        Assert.That(await McpUser.CallAsync(client), Is.EqualTo(Scene.UserName));
        Assert.That((user.SignIns, user.Registrations), Is.EqualTo((1, 0)));
    }
}
