using Identity.Stores.FileSystem.Models;
using OpenIddict.Abstractions;
using Connection = Identity.Stores.FileSystem.Models.Authorization;

namespace Identity.Tests.Stores;

/// <summary>What is deleted takes along what belongs to it, in memory and on disk, as one change.</summary>
[TestFixture]
internal sealed class CascadeTests
{
    [Test]
    public async Task A_client_takes_its_connections_and_all_their_tokens_along_and_no_others()
    {
        await using var stores = new FileStores();
        var (client, other) = (await stores.AddClientAsync("one"), await stores.AddClientAsync("other"));
        await AddConnectionAsync(stores, client);
        await AddConnectionAsync(stores, client);
        await stores.AddTokenAsync(FileStores.RequestToken, subject: null, application: client);
        var (kept, keptTokens) = await AddConnectionAsync(stores, other);

        await stores.Applications.DeleteAsync(client, default);

        Assert.That(await FileStores.IdsAsync(stores.Applications.ListAsync(null, null, default)), Is.EqualTo(new[] { other.Id }));
        Assert.That(await FileStores.IdsAsync(stores.Authorizations.ListAsync(null, null, default)), Is.EqualTo(new[] { kept.Id }));
        Assert.That(await stores.TokenIdsAsync(), Is.EquivalentTo(keptTokens.Select(token => token.Id)));

        await stores.RestartAsync();
        Assert.That(await FileStores.IdsAsync(stores.Applications.ListAsync(null, null, default)), Is.EqualTo(new[] { other.Id }));
        Assert.That(await FileStores.IdsAsync(stores.Authorizations.ListAsync(null, null, default)), Is.EqualTo(new[] { kept.Id }));
        Assert.That(await stores.TokenIdsAsync(), Is.EqualTo(new[] { keptTokens[0].Id }));
    }

    [Test]
    public async Task A_connection_takes_its_tokens_along_and_no_other_connections()
    {
        await using var stores = new FileStores();
        var client = await stores.AddClientAsync();
        var (authorization, _) = await AddConnectionAsync(stores, client);
        var (other, tokens) = await AddConnectionAsync(stores, client);

        await stores.Authorizations.DeleteAsync(authorization, default);

        Assert.That(await FileStores.IdsAsync(stores.Authorizations.FindBySubjectAsync("alice", default)), Is.EqualTo(new[] { other.Id }));
        Assert.That(await stores.TokenIdsAsync(), Is.EquivalentTo(tokens.Select(token => token.Id)));
    }

    [Test]
    public async Task A_client_or_connection_that_was_changed_meanwhile_stays_with_all_that_belongs_to_it()
    {
        await using var stores = new FileStores();
        var client = await stores.AddClientAsync();
        var (authorization, tokens) = await AddConnectionAsync(stores, client);
        var staleClient = (await stores.Applications.FindByIdAsync(client.Id, default))!;
        var staleAuthorization = (await stores.Authorizations.FindByIdAsync(authorization.Id, default))!;
        await stores.Applications.UpdateAsync(client, default);
        await stores.Authorizations.UpdateAsync(authorization, default);

        Assert.That(async () => await stores.Applications.DeleteAsync(staleClient, default), Throws.TypeOf<OpenIddictExceptions.ConcurrencyException>());
        Assert.That(async () => await stores.Authorizations.DeleteAsync(staleAuthorization, default), Throws.TypeOf<OpenIddictExceptions.ConcurrencyException>());
        Assert.That(await stores.Applications.CountAsync(default), Is.EqualTo(1));
        Assert.That(await stores.Authorizations.CountAsync(default), Is.EqualTo(1));
        Assert.That(await stores.TokenIdsAsync(), Is.EquivalentTo(tokens.Select(token => token.Id)));
    }

    [Test]
    public async Task The_deletion_is_part_of_the_current_unit_of_work_and_is_taken_back_with_it()
    {
        await using var stores = new FileStores();
        var client = await stores.AddClientAsync();
        var (_, tokens) = await AddConnectionAsync(stores, client);
        using (stores.Storage.BeginUnitOfWork())
        {
            await stores.Applications.DeleteAsync(client, default);
            Assert.That(await stores.Authorizations.CountAsync(default), Is.Zero);
            Assert.That(await stores.Tokens.CountAsync(default), Is.Zero);
        }

        Assert.That(await stores.Applications.CountAsync(default), Is.EqualTo(1));
        Assert.That(await stores.Authorizations.CountAsync(default), Is.EqualTo(1));
        Assert.That(await stores.TokenIdsAsync(), Is.EquivalentTo(tokens.Select(token => token.Id)));
    }

    private static async ValueTask<(Connection Authorization, Token[] Tokens)> AddConnectionAsync(FileStores stores, Application client)
    {
        var authorization = await stores.AddAuthorizationAsync(client);
        return (authorization, [
            await stores.AddTokenAsync(FileStores.RefreshToken, authorization),
            await stores.AddTokenAsync(FileStores.AccessToken, authorization),
            await stores.AddTokenAsync(FileStores.AuthorizationCode, authorization),
        ]);
    }
}
