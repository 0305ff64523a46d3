using OpenIddict.Abstractions;

namespace Identity.Tests.Stores;

/// <content>What becomes of entries: found, changed, revoked, pruned, deleted.</content>
internal abstract partial class StoreContractTests<TApplication, TAuthorization, TScope, TToken>
{
    private static readonly DateTimeOffset Past = TimeProvider.System.GetUtcNow().AddDays(-30);

    [Test]
    public async Task A_token_is_found_by_all_that_it_has_until_it_is_deleted()
    {
        var (application, authorization, token) = await AddConnectionAsync("one");
        await AddConnectionAsync("other");
        var id = await Tokens.GetIdAsync(token, default);

        async Task<List<string?>> FoundAsync() =>
        [
            await IdOfAsync(await Tokens.FindByIdAsync(id!, default)),
            await IdOfAsync(await Tokens.FindByReferenceIdAsync("reference-one", default)),
            .. await IdsAsync(Tokens.FindByApplicationIdAsync(application, default)),
            .. await IdsAsync(Tokens.FindByAuthorizationIdAsync(authorization, default)),
            .. await IdsAsync(Tokens.FindBySubjectAsync("user-one", default)),
            .. await IdsAsync(Tokens.FindAsync("user-one", application, "valid", tokenType, default)),
        ];

        Assert.That(await FoundAsync(), Is.EqualTo(Enumerable.Repeat(id, 6)));
        await Tokens.DeleteAsync(token, default);
        Assert.That(await FoundAsync(), Is.EqualTo(new string?[] { null, null }));
        Assert.That(await Tokens.CountAsync(default), Is.EqualTo(1));
    }

    [TestCase(false, false)]
    [TestCase(false, true)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    public async Task Of_two_copies_the_second_to_be_written_is_refused(bool isFirstDeleted, bool isSecondDeleted)
    {
        var (_, _, token) = await AddConnectionAsync("one");
        var id = (await Tokens.GetIdAsync(token, default))!;
        await using var scope = _host!.CreateScope();
        var others = Get<IOpenIddictTokenStore<TToken>>(scope);
        var second = (await others.FindByIdAsync(id, default))!;

        await Tokens.SetStatusAsync(token, "redeemed", default);
        await (isFirstDeleted ? Tokens.DeleteAsync(token, default) : Tokens.UpdateAsync(token, default));
        await others.SetStatusAsync(second, "revoked", default);
        Assert.That(
            async () => await (isSecondDeleted ? others.DeleteAsync(second, default) : others.UpdateAsync(second, default)),
            Throws.TypeOf<OpenIddictExceptions.ConcurrencyException>());

        await using var later = _host.CreateScope();
        var found = await Get<IOpenIddictTokenStore<TToken>>(later).FindByIdAsync(id, default);
        Assert.That(found is null ? null : await Tokens.GetStatusAsync(found, default), Is.EqualTo(isFirstDeleted ? null : "redeemed"));
    }

    [Test]
    public async Task Two_entries_share_neither_identifier_nor_client_id_nor_name_nor_reference_id()
    {
        var (_, _, token) = await AddConnectionAsync("one");
        var scope = await Scopes.InstantiateAsync(default);
        await Scopes.SetNameAsync(scope, "scope", default);
        await Scopes.CreateAsync(scope, default);

        await AssertDuplicateAsync<IOpenIddictApplicationStore<TApplication>>(async applications =>
        {
            var second = await applications.InstantiateAsync(default);
            await applications.SetClientIdAsync(second, "client-one", default);
            await applications.CreateAsync(second, default);
        });
        await AssertDuplicateAsync<IOpenIddictScopeStore<TScope>>(async scopes =>
        {
            var second = await scopes.InstantiateAsync(default);
            await scopes.SetNameAsync(second, "scope", default);
            await scopes.CreateAsync(second, default);
        });
        await AssertDuplicateAsync<IOpenIddictTokenStore<TToken>>(async tokens =>
        {
            // Of another type, so that the file stores keep it elsewhere.
            var second = await tokens.InstantiateAsync(default);
            await tokens.SetTypeAsync(second, tokenType is FileStores.RefreshToken ? FileStores.AccessToken : FileStores.RefreshToken, default);
            await tokens.SetReferenceIdAsync(second, "reference-one", default);
            await tokens.CreateAsync(second, default);
        });
        await AssertDuplicateAsync<IOpenIddictTokenStore<TToken>>(async tokens =>
        {
            var second = await tokens.InstantiateAsync(default);
            second.GetType().GetProperty("Id")!.SetValue(second, await tokens.GetIdAsync(token, default));
            await tokens.SetTypeAsync(second, tokenType is FileStores.RefreshToken ? FileStores.AccessToken : FileStores.RefreshToken, default);
            await tokens.CreateAsync(second, default);
        });
        Assert.That(await Tokens.CountAsync(default), Is.EqualTo(1));
    }

    [TestCase("valid", false, ExpectedResult = false)]
    [TestCase("inactive", false, ExpectedResult = false)]
    [TestCase("redeemed", false, ExpectedResult = true)]
    [TestCase("revoked", false, ExpectedResult = true)]
    [TestCase(null, false, ExpectedResult = true)]
    [TestCase("redeemed", true, ExpectedResult = false)]
    [TestCase(null, true, ExpectedResult = false)]
    public async Task<bool> Old_tokens_are_pruned_that_are_neither_valid_nor_inactive_but_none_without_a_date(string? status, bool isWithoutDate)
    {
        var (_, _, token) = await AddConnectionAsync("one");
        await Tokens.SetStatusAsync(token, status, default);
        await Tokens.SetCreationDateAsync(token, isWithoutDate ? null : Past, default);
        await Tokens.UpdateAsync(token, default);

        return await Tokens.PruneAsync(Past.AddDays(1), default) is 1;
    }

    [Test]
    public async Task Tokens_of_a_connection_that_is_not_valid_are_pruned_and_then_the_connection_is()
    {
        var (_, id, token) = await AddConnectionAsync("one");
        await Tokens.SetCreationDateAsync(token, Past, default);
        await Tokens.UpdateAsync(token, default);
        Assert.That(await Tokens.PruneAsync(Past.AddDays(1), default), Is.Zero);

        Assert.That(await Authorizations.RevokeBySubjectAsync("user-one", default), Is.EqualTo(1));
        Assert.That(await Authorizations.PruneAsync(Past.AddDays(1), default), Is.Zero);
        Assert.That(await Tokens.PruneAsync(Past.AddDays(1), default), Is.EqualTo(1));
        Assert.That(await Authorizations.PruneAsync(Past.AddDays(1), default), Is.EqualTo(1));
        await using var scope = _host!.CreateScope();
        Assert.That(await Get<IOpenIddictAuthorizationStore<TAuthorization>>(scope).FindByIdAsync(id, default), Is.Null);
    }

    [Test]
    public async Task A_revocation_without_filters_counts_what_is_revoked_already_and_one_by_a_key_does_not()
    {
        var (application, authorization, _) = await AddConnectionAsync("one");
        await AddConnectionAsync("other");

        Assert.That(await Tokens.RevokeByAuthorizationIdAsync(authorization, default), Is.EqualTo(1));
        Assert.That(await Tokens.RevokeByAuthorizationIdAsync(authorization, default), Is.Zero);
        Assert.That(await Tokens.RevokeByApplicationIdAsync(application, default), Is.Zero);
        Assert.That(await Tokens.RevokeBySubjectAsync("user-one", default), Is.Zero);
        Assert.That(await Tokens.RevokeAsync(null, null, null, null, default), Is.EqualTo(2));
        Assert.That(await Tokens.RevokeAsync(null, null, null, null, default), Is.EqualTo(2));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_client_and_a_connection_take_their_tokens_along_and_no_others(bool isClient)
    {
        var (application, authorization, _) = await AddConnectionAsync("one");
        var (_, _, other) = await AddConnectionAsync("other");
        await using (var scope = _host!.CreateScope())
        {
            var (applications, authorizations) = (Get<IOpenIddictApplicationStore<TApplication>>(scope), Get<IOpenIddictAuthorizationStore<TAuthorization>>(scope));
            await (isClient
                ? applications.DeleteAsync((await applications.FindByIdAsync(application, default))!, default)
                : authorizations.DeleteAsync((await authorizations.FindByIdAsync(authorization, default))!, default));
        }

        await using var later = _host.CreateScope();
        Assert.That(await IdsAsync(Get<IOpenIddictTokenStore<TToken>>(later).ListAsync(null, null, default)), Is.EqualTo(new[] { await Tokens.GetIdAsync(other, default) }));
        Assert.That(await Authorizations.CountAsync(default), Is.EqualTo(1));
        Assert.That(await Applications.CountAsync(default), Is.EqualTo(isClient ? 1 : 2));
    }

    private async Task<(string Application, string Authorization, TToken Token)> AddConnectionAsync(string name)
    {
        var application = await Applications.InstantiateAsync(default);
        await Applications.SetClientIdAsync(application, "client-" + name, default);
        await Applications.CreateAsync(application, default);
        var applicationId = (await Applications.GetIdAsync(application, default))!;

        var authorization = await Authorizations.InstantiateAsync(default);
        await Authorizations.SetApplicationIdAsync(authorization, applicationId, default);
        await Authorizations.SetSubjectAsync(authorization, "user-" + name, default);
        await Authorizations.SetStatusAsync(authorization, "valid", default);
        await Authorizations.SetTypeAsync(authorization, "ad-hoc", default);
        await Authorizations.SetCreationDateAsync(authorization, Past, default);
        await Authorizations.CreateAsync(authorization, default);
        var authorizationId = (await Authorizations.GetIdAsync(authorization, default))!;

        var token = await Tokens.InstantiateAsync(default);
        await Tokens.SetTypeAsync(token, tokenType, default);
        await Tokens.SetApplicationIdAsync(token, applicationId, default);
        await Tokens.SetAuthorizationIdAsync(token, authorizationId, default);
        await Tokens.SetSubjectAsync(token, "user-" + name, default);
        await Tokens.SetReferenceIdAsync(token, "reference-" + name, default);
        await Tokens.SetStatusAsync(token, "valid", default);
        await Tokens.CreateAsync(token, default);
        return (applicationId, authorizationId, token);
    }

    private async Task AssertDuplicateAsync<TStore>(Func<TStore, Task> add)
        where TStore : notnull
    {
        await using var scope = _host!.CreateScope();
        Exception? thrown = null;
        try
        {
            await add(Get<TStore>(scope));
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        Assert.That(thrown is not null && _host.IsDuplicate(thrown), $"{typeof(TStore).Name}: {thrown}");
    }

    private async Task<string?> IdOfAsync(TToken? token) => token is null ? null : await Tokens.GetIdAsync(token, default);

    private async Task<List<string?>> IdsAsync(IAsyncEnumerable<TToken> tokens)
    {
        List<string?> ids = [];
        await foreach (var token in tokens)
        {
            ids.Add(await IdOfAsync(token));
        }

        return ids;
    }

    private static TStore Get<TStore>(Microsoft.Extensions.DependencyInjection.AsyncServiceScope scope)
        where TStore : notnull
        => (TStore)scope.ServiceProvider.GetService(typeof(TStore))!;
}
