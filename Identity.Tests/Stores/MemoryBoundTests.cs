using Identity.Stores.FileSystem.Models;

namespace Identity.Tests.Stores;

/// <summary>What is in memory has bounds, and who fills it pushes out nobody else's.</summary>
[TestFixture]
internal sealed class MemoryBoundTests
{
    [TestCase(FileStores.AccessToken)]
    [TestCase("urn:ietf:params:oauth:token-type:id_token")]
    public async Task A_connection_keeps_its_32_newest_live_tokens_of_a_type(string type)
    {
        await using var stores = new FileStores();
        var (authorization, other) = (await stores.AddAuthorizationAsync(), await stores.AddAuthorizationAsync());
        var untouched = new[]
        {
            await stores.AddTokenAsync(FileStores.RefreshToken, authorization),
            await stores.AddTokenAsync(FileStores.AuthorizationCode, authorization),
            await stores.AddTokenAsync(type, other),
            await stores.AddTokenAsync(type),
        };
        List<Token> tokens = [];
        for (var number = 0; number < 35; number++)
        {
            tokens.Add(await stores.AddTokenAsync(type, authorization));
            stores.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(
            await stores.TokenIdsAsync(), Is.EquivalentTo(untouched.Concat(tokens.Skip(3)).Select(token => token.Id)));
    }

    [Test]
    public async Task An_access_token_that_has_expired_takes_no_place()
    {
        await using var stores = new FileStores();
        var authorization = await stores.AddAuthorizationAsync();
        for (var number = 0; number < 32; number++)
        {
            await stores.AddTokenAsync(FileStores.AccessToken, authorization);
        }

        stores.Time.Advance(TimeSpan.FromHours(2));
        List<string> live = [];
        for (var number = 0; number < 32; number++)
        {
            live.Add((await stores.AddTokenAsync(FileStores.AccessToken, authorization)).Id);
        }

        Assert.That(await stores.TokenIdsAsync(), Is.EquivalentTo(live));
    }

    [Test]
    public async Task Room_that_was_made_in_a_unit_of_work_is_taken_back_with_it()
    {
        await using var stores = new FileStores();
        var authorization = await stores.AddAuthorizationAsync();
        List<string> tokens = [];
        for (var number = 0; number < 32; number++)
        {
            tokens.Add((await stores.AddTokenAsync(FileStores.AccessToken, authorization)).Id);
        }

        using (stores.Storage.BeginUnitOfWork())
        {
            await stores.AddTokenAsync(FileStores.AccessToken, authorization);
        }

        Assert.That(await stores.TokenIdsAsync(), Is.EquivalentTo(tokens), "of what was never committed nothing is left");

        using (var unit = stores.Storage.BeginUnitOfWork())
        {
            tokens.Add((await stores.AddTokenAsync(FileStores.AccessToken, authorization)).Id);
            await unit.CommitAsync();
        }

        Assert.That(await stores.TokenIdsAsync(), Is.EquivalentTo(tokens.Skip(1)));
    }

    [Test]
    public async Task A_stranger_who_floods_the_server_pushes_out_only_his_own_requests()
    {
        await using var stores = new FileStores();
        var code = await stores.AddTokenAsync(FileStores.AuthorizationCode);
        var access = await stores.AddTokenAsync(FileStores.AccessToken);
        var neighbour = await AddRequestAsync(stores, "198.51.100.1");
        var first = await AddRequestAsync(stores, "203.0.113.7");
        Token last = first;
        for (var number = 0; number < 10_000; number++)
        {
            last = await AddRequestAsync(stores, "203.0.113.7");
        }

        Assert.That(await stores.Tokens.CountAsync(default), Is.EqualTo(10_000 + 2), "the bound, and what is not subject to it");
        foreach (var (token, isKept) in new[] { (code, true), (access, true), (neighbour, true), (first, false), (last, true) })
        {
            Assert.That(await stores.Tokens.FindByIdAsync(token.Id, default), isKept ? Is.Not.Null : Is.Null);
        }
    }

    [Test]
    public async Task Tokens_in_memory_leave_by_themselves_when_they_have_expired()
    {
        await using var stores = new FileStores();
        await stores.AddTokenAsync(FileStores.AuthorizationCode);
        await stores.AddTokenAsync(FileStores.RequestToken, subject: null);
        stores.Time.Advance(TimeSpan.FromHours(2));

        // Whatever is written next makes the room.
        var next = await stores.AddTokenAsync(FileStores.AccessToken);
        var nextOfNobody = await stores.AddTokenAsync(FileStores.RequestToken, subject: null);
        Assert.That(await stores.TokenIdsAsync(), Is.EquivalentTo(new[] { next.Id, nextOfNobody.Id }));
    }

    private static async ValueTask<Token> AddRequestAsync(FileStores stores, string origin)
    {
        using var unit = stores.Storage.BeginUnitOfWork(origin);
        var token = await stores.AddTokenAsync(FileStores.RequestToken, subject: null);
        await unit.CommitAsync();
        return token;
    }
}
