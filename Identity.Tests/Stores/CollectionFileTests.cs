using Identity.Stores.FileSystem.Stores;

namespace Identity.Tests.Stores;

/// <summary>How the collections of OpenIddict's entities stand in their files.</summary>
[TestFixture]
internal sealed class CollectionFileTests
{
    private static readonly string[] Properties = ["properties"];
    private static readonly string[] PropertiesAndKeys = ["json_web_key_set", "properties"];

    [Test]
    public async Task Tokens_of_one_connection_stand_together_in_the_same_order_whenever_the_file_is_written()
    {
        await using var stores = new FileStores();
        var connections = new[] { await stores.AddAuthorizationAsync(), await stores.AddAuthorizationAsync(), null, await stores.AddAuthorizationAsync() };
        for (var round = 0; round < 10; round++)
        {
            foreach (var connection in connections)
            {
                await stores.AddTokenAsync(FileStores.RefreshToken, connection);
            }
        }

        await stores.StopAsync();
        var written = Entries(stores);
        Assert.That(written, Has.Length.EqualTo(40));
        Assert.That(written, Is.EqualTo(written
            .OrderBy(entry => entry.Connection, StringComparer.Ordinal).ThenBy(entry => entry.Id, StringComparer.Ordinal)));

        // Once more, from another order in memory.
        var changed = await stores.Tokens.FindByIdAsync(written[0].Id, default);
        await stores.Tokens.SetPayloadAsync(changed!, "another", default);
        await stores.Tokens.UpdateAsync(changed!, default);
        await stores.StopAsync();
        Assert.That(Entries(stores), Is.EqualTo(written));
    }

    [Test]
    public void Only_what_a_host_keeps_as_JSON_may_hold_null()
    {
        Assert.That(Collections.Applications.JsonMembers, Is.EquivalentTo(PropertiesAndKeys));
        Assert.That(Collections.Authorizations.JsonMembers, Is.EqualTo(Properties));
        Assert.That(Collections.Scopes.JsonMembers, Is.EqualTo(Properties));
        Assert.That(Collections.RefreshTokens.JsonMembers, Is.EqualTo(Properties));
        Assert.That(Collections.Users.JsonMembers, Is.Empty);
    }

    private static (string? Connection, string Id)[] Entries(FileStores stores)
    {
        using var file = stores.FileJson("refresh_tokens.json");
        return [.. file.RootElement.GetProperty("entries").EnumerateArray().Select(entry =>
            (entry.TryGetProperty("authorization_id", out var connection) ? connection.GetString() : null, entry.GetProperty("id").GetString()!))];
    }
}
