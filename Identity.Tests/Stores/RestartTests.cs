using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Tests.Stores;

/// <summary>What is kept is all there after a restart, in files that a person can read.</summary>
[TestFixture]
internal sealed class RestartTests
{
    private static readonly DateTimeOffset Date = new DateTimeOffset(2026, 11, 24, 9, 30, 15, TimeSpan.FromHours(2)).AddTicks(1_234_567);

    [Test]
    public async Task A_client_is_the_same_after_a_restart()
    {
        await using var stores = new FileStores();
        var application = new Application();
        await stores.Applications.SetClientIdAsync(application, "client", default);
        await stores.Applications.SetClientSecretAsync(application, "hash", default);
        await stores.Applications.SetClientTypeAsync(application, "confidential", default);
        await stores.Applications.SetApplicationTypeAsync(application, "web", default);
        await stores.Applications.SetConsentTypeAsync(application, "explicit", default);
        await stores.Applications.SetDisplayNameAsync(application, "Café “Ünïcode” <&> \u2028", default);
        await stores.Applications.SetDisplayNamesAsync(application, Names("Café"), default);
        await stores.Applications.SetPermissionsAsync(application, ["ept:token", "gt:refresh_token"], default);
        await stores.Applications.SetRequirementsAsync(application, ["ft:pkce"], default);
        await stores.Applications.SetRedirectUrisAsync(application, ["https://client.example/a", "cursor://x.y/b"], default);
        await stores.Applications.SetPostLogoutRedirectUrisAsync(application, ["https://client.example/bye"], default);
        await stores.Applications.SetSettingsAsync(application, ImmutableDictionary<string, string>.Empty.Add("tkn_lft:act", "00:10:00"), default);
        await stores.Applications.SetJsonWebKeySetAsync(application, new JsonWebKeySet("""{"keys":[{"kty":"EC","kid":"k1","crv":"P-256","x":"eA","y":"eQ"}]}"""), default);
        await stores.Applications.SetPropertiesAsync(application, DisposedProperties(), default);
        await stores.Applications.CreateAsync(application, default);

        await stores.RestartAsync();

        var found = (await stores.Applications.FindByClientIdAsync("client", default))!;
        Assert.That(Described(found), Is.EqualTo(Described(application)));
        Assert.That((await stores.Applications.GetJsonWebKeySetAsync(found, default))?.Keys.Single().Kid, Is.EqualTo("k1"));
        Assert.That((await stores.Applications.GetDisplayNamesAsync(found, default))[CultureInfo.GetCultureInfo("fr-CA")], Is.EqualTo("Café"));
        Assert.That(await FileStores.IdsAsync(stores.Applications.FindByRedirectUriAsync("cursor://x.y/b", default)), Is.EqualTo(new[] { found.Id }));
        Assert.That(await FileStores.IdsAsync(stores.Applications.FindByPostLogoutRedirectUriAsync("https://client.example/bye", default)), Is.EqualTo(new[] { found.Id }));
    }

    [Test]
    public async Task A_connection_and_its_refresh_token_are_the_same_after_a_restart()
    {
        await using var stores = new FileStores();
        var client = await stores.AddClientAsync();
        var authorization = await stores.AddAuthorizationAsync(client);
        await stores.Authorizations.SetCreationDateAsync(authorization, Date, default);
        await stores.Authorizations.SetScopesAsync(authorization, ["openid", "offline_access"], default);
        await stores.Authorizations.SetPropertiesAsync(authorization, DisposedProperties(), default);
        await stores.Authorizations.UpdateAsync(authorization, default);
        var token = await stores.AddTokenAsync(FileStores.RefreshToken, authorization);
        await stores.Tokens.SetCreationDateAsync(token, Date, default);
        await stores.Tokens.SetExpirationDateAsync(token, Date.AddDays(1), default);
        await stores.Tokens.SetRedemptionDateAsync(token, Date.AddHours(1), default);
        await stores.Tokens.SetStatusAsync(token, "redeemed", default);
        await stores.Tokens.SetPayloadAsync(token, "payload", default);
        await stores.Tokens.SetPropertiesAsync(token, DisposedProperties(), default);
        await stores.Tokens.UpdateAsync(token, default);

        await stores.RestartAsync();

        Assert.That(Described((await stores.Authorizations.FindByIdAsync(authorization.Id, default))!), Is.EqualTo(Described(authorization)));
        var found = (await stores.Tokens.FindByReferenceIdAsync(token.ReferenceId!, default))!;
        Assert.That(Described(found), Is.EqualTo(Described(token)));
        Assert.That(await stores.Tokens.GetCreationDateAsync(found, default), Is.EqualTo(Date).And.Property(nameof(DateTimeOffset.Offset)).EqualTo(TimeSpan.Zero));
        Assert.That(await FileStores.IdsAsync(stores.Tokens.FindByAuthorizationIdAsync(authorization.Id, default)), Is.EqualTo(new[] { token.Id }));
    }

    [Test]
    public async Task A_scope_is_the_same_after_a_restart()
    {
        await using var stores = new FileStores();
        var scope = new Scope { Name = "notes.read", DisplayName = "Notes", Description = "Read notes" };
        await stores.Scopes.SetDisplayNamesAsync(scope, Names("Notes"), default);
        await stores.Scopes.SetDescriptionsAsync(scope, Names("Lire les notes"), default);
        await stores.Scopes.SetResourcesAsync(scope, ["https://mcp.example"], default);
        await stores.Scopes.SetPropertiesAsync(scope, DisposedProperties(), default);
        await stores.Scopes.CreateAsync(scope, default);

        await stores.RestartAsync();

        Assert.That(Described((await stores.Scopes.FindByNameAsync("notes.read", default))!), Is.EqualTo(Described(scope)));
        Assert.That(await FileStores.IdsAsync(stores.Scopes.FindByResourceAsync("https://mcp.example", default)), Is.EqualTo(new[] { scope.Id }));
    }

    [Test]
    public async Task What_was_read_before_a_restart_can_be_updated_after_it_and_what_is_stale_cannot()
    {
        await using var stores = new FileStores();
        var client = await stores.AddClientAsync();
        var stale = (await stores.Applications.FindByIdAsync(client.Id, default))!;
        await stores.Applications.UpdateAsync(client, default);
        await stores.RestartAsync();

        Assert.That(async () => await stores.Applications.UpdateAsync(stale, default), Throws.TypeOf<OpenIddict.Abstractions.OpenIddictExceptions.ConcurrencyException>());
        client.DisplayName = "renamed";
        await stores.Applications.UpdateAsync(client, default);
        Assert.That((await stores.Applications.FindByIdAsync(client.Id, default))?.DisplayName, Is.EqualTo("renamed"));
    }

    [Test]
    public async Task The_files_name_things_as_OAuth_does_and_leave_out_what_is_empty()
    {
        await using var stores = new FileStores();
        var client = await stores.AddClientAsync("plain");
        client.DisplayName = "Café <b>";
        client.RedirectUris = ["https://client.example/callback?a=1&b=2"];
        await stores.Applications.UpdateAsync(client, default);
        await stores.StopAsync();

        using var document = stores.FileJson("clients.json");
        var entry = Single(document.RootElement, "client_id");
        Assert.That(
            entry.EnumerateObject().Select(member => member.Name).Where(name => name is not "crc"),
            Is.EqualTo(new[] { "id", "client_id", "display_name", "redirect_uris", "version" }));
        Assert.That(stores.FileText("clients.json"), Does.Contain("\"Café <b>\"").And.Contain("callback?a=1&b=2"));
    }

    // The entry lies wherever the file's layout puts it: that is the engine's affair.
    private static JsonElement Single(JsonElement element, string member) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty(member, out _) => element,
        JsonValueKind.Object => element.EnumerateObject().Select(property => Single(property.Value, member)).FirstOrDefault(IsFound),
        JsonValueKind.Array => element.EnumerateArray().Select(item => Single(item, member)).FirstOrDefault(IsFound),
        _ => default,
    };

    private static bool IsFound(JsonElement element) => element.ValueKind is not JsonValueKind.Undefined;

    private static ImmutableDictionary<CultureInfo, string> Names(string name)
        => ImmutableDictionary<CultureInfo, string>.Empty.Add(CultureInfo.GetCultureInfo("fr-CA"), name);

    // Their document is gone before a store can write them: one that keeps the elements themselves reads freed memory.
    private static ImmutableDictionary<string, JsonElement> DisposedProperties()
    {
        using var document = JsonDocument.Parse("""{"list":[1,"two",{"three":null}],"text":"ünï"}""");
        return document.RootElement.EnumerateObject().ToImmutableDictionary(property => property.Name, property => property.Value.Clone());
    }

    private static Dictionary<string, string> Described(Entity entity) => entity.GetType().GetProperties()
        .Where(property => property.Name is not nameof(Token.Origin))
        .ToDictionary(property => property.Name, property => JsonSerializer.Serialize(property.GetValue(entity)));
}
