using Identity.Stores.FileSystem.Models;
using OpenIddict.Abstractions;
using Connection = Identity.Stores.FileSystem.Models.Authorization;

namespace Identity.Tests.Stores;

/// <summary>Refresh tokens are on disk, other tokens in memory only; nobody who asks can tell.</summary>
[TestFixture]
internal sealed class TokenPlacementTests
{
    [Test]
    public async Task Only_refresh_tokens_survive_a_restart_and_nothing_of_the_others_is_on_disk()
    {
        await using var stores = new FileStores();
        var kept = await stores.AddTokenAsync(FileStores.RefreshToken);
        List<Token> others = [];
        foreach (var type in new[] { FileStores.AccessToken, FileStores.AuthorizationCode, FileStores.RequestToken, "unheard-of", "refresh_token", null })
        {
            others.Add(await stores.AddTokenAsync(type));
            others.Add(await stores.AddTokenAsync(type, subject: null));
        }

        Assert.That(await stores.Tokens.CountAsync(default), Is.EqualTo(1 + others.Count));
        foreach (var other in others)
        {
            Assert.That(stores.AllText(), Does.Not.Contain(other.Id).And.Not.Contain(other.ReferenceId!), $"before the restart: {other.Type}");
        }

        await stores.RestartAsync();
        Assert.That(await stores.TokenIdsAsync(), Is.EqualTo(new[] { kept.Id }));
        foreach (var other in others)
        {
            Assert.That(stores.AllText(), Does.Not.Contain(other.Id).And.Not.Contain(other.ReferenceId!), $"after the restart: {other.Type}");
        }
    }

    [Test]
    public async Task A_refresh_token_without_a_user_is_on_disk_too()
    {
        await using var stores = new FileStores();
        var token = await stores.AddTokenAsync(FileStores.RefreshToken, subject: null);
        await stores.RestartAsync();
        Assert.That((await stores.Tokens.FindByIdAsync(token.Id, default))?.ReferenceId, Is.EqualTo(token.ReferenceId));
    }

    [Test]
    public async Task Every_look_up_spans_all_places()
    {
        await using var stores = new FileStores();
        var client = await stores.AddClientAsync();
        var authorization = await stores.AddAuthorizationAsync(client);
        var tokens = await AddOneInEachPlaceAsync(stores, authorization);
        var all = tokens.Select(token => token.Id).Order(StringComparer.Ordinal).ToArray();
        var alices = tokens.Where(token => token.Subject is "alice").Select(token => token.Id).Order(StringComparer.Ordinal).ToArray();

        Assert.That(await stores.TokenIdsAsync(), Is.EqualTo(all));
        Assert.That(await FileStores.IdsAsync(stores.Tokens.ListAsync(count: 1, offset: 1, default)), Is.EqualTo(new[] { all[1] }));
        Assert.That(await FileStores.IdsAsync(stores.Tokens.FindAsync(null, null, null, null, default)), Is.EqualTo(all));
        Assert.That(await FileStores.IdsAsync(stores.Tokens.FindAsync(null, client.Id, "valid", null, default)), Is.EqualTo(all));
        Assert.That(await FileStores.IdsAsync(stores.Tokens.FindByApplicationIdAsync(client.Id, default)), Is.EqualTo(all));
        Assert.That(await FileStores.IdsAsync(stores.Tokens.FindByAuthorizationIdAsync(authorization.Id, default)), Is.EqualTo(all));
        Assert.That(await FileStores.IdsAsync(stores.Tokens.FindBySubjectAsync("alice", default)), Is.EqualTo(alices));
        Assert.That(await stores.Tokens.CountAsync(default), Is.EqualTo(all.Length));
        Assert.That(await stores.Tokens.CountAsync(query => query.Where(token => token.Status == "valid"), default), Is.EqualTo(all.Length));
        foreach (var token in tokens)
        {
            Assert.That((await stores.Tokens.FindByIdAsync(token.Id, default))?.Type, Is.EqualTo(token.Type));
            Assert.That((await stores.Tokens.FindByReferenceIdAsync(token.ReferenceId!, default))?.Id, Is.EqualTo(token.Id));
            Assert.That(
                await stores.Tokens.GetAsync(static (query, id) => query.Where(token => token.Id == id).Select(token => token.Type), token.Id, default),
                Is.EqualTo(token.Type));
        }
    }

    [Test]
    public async Task Revoking_a_connection_ends_its_tokens_in_all_places_and_no_others()
    {
        await using var stores = new FileStores();
        var (authorization, other) = (await stores.AddAuthorizationAsync(), await stores.AddAuthorizationAsync());
        var tokens = await AddOneInEachPlaceAsync(stores, authorization);
        var untouched = await AddOneInEachPlaceAsync(stores, other);

        Assert.That(await stores.Tokens.RevokeByAuthorizationIdAsync(authorization.Id, default), Is.EqualTo(tokens.Length));
        Assert.That(await stores.Tokens.RevokeByAuthorizationIdAsync(authorization.Id, default), Is.Zero, "what is revoked is not revoked again");
        Assert.That(await StatusesAsync(stores, tokens), Is.All.EqualTo("revoked"));
        Assert.That(await StatusesAsync(stores, untouched), Is.All.EqualTo("valid"));

        await stores.RestartAsync();
        Assert.That((await stores.Tokens.FindByIdAsync(tokens[0].Id, default))?.Status, Is.EqualTo("revoked"));
        Assert.That((await stores.Tokens.FindByIdAsync(untouched[0].Id, default))?.Status, Is.EqualTo("valid"));
    }

    [Test]
    public async Task An_update_that_was_under_way_cannot_bring_back_what_was_revoked()
    {
        await using var stores = new FileStores();
        var authorization = await stores.AddAuthorizationAsync();
        var tokens = await AddOneInEachPlaceAsync(stores, authorization);
        List<Token> held = [];
        foreach (var token in tokens)
        {
            held.Add((await stores.Tokens.FindByIdAsync(token.Id, default))!);
        }

        await stores.Tokens.RevokeByAuthorizationIdAsync(authorization.Id, default);

        foreach (var token in held)
        {
            Assert.That(token.Status, Is.EqualTo("valid"), "what was read before is a copy");
            Assert.That(async () => await stores.Tokens.UpdateAsync(token, default), Throws.TypeOf<OpenIddictExceptions.ConcurrencyException>());
        }

        Assert.That(await StatusesAsync(stores, tokens), Is.All.EqualTo("revoked"));
    }

    [Test]
    public async Task Pruning_removes_from_all_places_what_the_predicate_says_and_nothing_else()
    {
        await using var stores = new FileStores();
        var (valid, ended) = (await stores.AddAuthorizationAsync(), await stores.AddAuthorizationAsync());
        ended.Status = "revoked";
        await stores.Authorizations.UpdateAsync(ended, default);
        var gone = new List<Token>(await AddOneInEachPlaceAsync(stores, ended));
        foreach (var status in new[] { "redeemed", "revoked", null })
        {
            foreach (var token in await AddOneInEachPlaceAsync(stores, valid))
            {
                token.Status = status;
                await stores.Tokens.UpdateAsync(token, default);
                gone.Add(token);
            }
        }

        List<Token> kept = [.. await AddOneInEachPlaceAsync(stores, valid)];
        foreach (var token in await AddOneInEachPlaceAsync(stores, valid))
        {
            token.Status = "inactive";
            await stores.Tokens.UpdateAsync(token, default);
            kept.Add(token);
        }

        foreach (var token in await AddOneInEachPlaceAsync(stores, ended))
        {
            token.CreationDate = null;
            await stores.Tokens.UpdateAsync(token, default);
            kept.Add(token);
        }

        Assert.That(await stores.Tokens.PruneAsync(stores.Time.GetUtcNow(), default), Is.Zero, "created at the threshold is not before it");
        Assert.That(await stores.Tokens.PruneAsync(stores.Time.GetUtcNow().AddTicks(1), default), Is.EqualTo(gone.Count));
        Assert.That(await stores.TokenIdsAsync(), Is.EquivalentTo(kept.Select(token => token.Id)));
    }

    [Test]
    public async Task An_authorization_is_pruned_once_no_place_holds_a_token_of_it()
    {
        await using var stores = new FileStores();
        var permanent = await stores.AddAuthorizationAsync();
        permanent.Type = "permanent";
        await stores.Authorizations.UpdateAsync(permanent, default);
        var authorization = await stores.AddAuthorizationAsync();
        var threshold = stores.Time.GetUtcNow().AddTicks(1);

        foreach (var token in await AddOneInEachPlaceAsync(stores, authorization))
        {
            Assert.That(await stores.Authorizations.PruneAsync(threshold, default), Is.Zero, $"while there is a {token.Type}");
            await stores.Tokens.DeleteAsync(token, default);
        }

        Assert.That(await stores.Authorizations.PruneAsync(threshold, default), Is.EqualTo(1));
        Assert.That(await FileStores.IdsAsync(stores.Authorizations.ListAsync(null, null, default)), Is.EqualTo(new[] { permanent.Id }));
    }

    [Test]
    public async Task A_token_of_nobody_that_a_user_takes_over_is_found_as_the_users()
    {
        await using var stores = new FileStores();
        var token = await stores.AddTokenAsync("urn:ietf:params:oauth:token-type:device_code", subject: null);
        var held = (await stores.Tokens.FindByIdAsync(token.Id, default))!;
        token.Subject = "alice";
        await stores.Tokens.UpdateAsync(token, default);

        Assert.That(await FileStores.IdsAsync(stores.Tokens.FindBySubjectAsync("alice", default)), Is.EqualTo(new[] { token.Id }));
        Assert.That(await stores.TokenIdsAsync(), Is.EqualTo(new[] { token.Id }));
        Assert.That(async () => await stores.Tokens.UpdateAsync(held, default), Throws.TypeOf<OpenIddictExceptions.ConcurrencyException>());
        token.Status = "redeemed";
        await stores.Tokens.UpdateAsync(token, default);
        Assert.That((await stores.Tokens.FindByReferenceIdAsync(token.ReferenceId!, default))?.Status, Is.EqualTo("redeemed"));
    }

    private static async ValueTask<Token[]> AddOneInEachPlaceAsync(FileStores stores, Connection authorization) =>
    [
        await stores.AddTokenAsync(FileStores.RefreshToken, authorization),
        await stores.AddTokenAsync(FileStores.AccessToken, authorization),
        await stores.AddTokenAsync(FileStores.RequestToken, authorization, subject: null),
    ];

    private static async ValueTask<string?[]> StatusesAsync(FileStores stores, Token[] tokens)
    {
        List<string?> statuses = [];
        foreach (var token in tokens)
        {
            statuses.Add((await stores.Tokens.FindByIdAsync(token.Id, default))?.Status);
        }

        return [.. statuses];
    }
}
