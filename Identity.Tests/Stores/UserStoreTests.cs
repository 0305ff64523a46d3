using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Identity.Tests.Stores;

/// <summary>Accounts, as ASP.NET Core Identity's <see cref="UserManager{TUser}"/> keeps them.</summary>
[TestFixture]
internal sealed class UserStoreTests
{
    private const string Password = "Correct-Horse-1";
    private const string Issuer = "https://accounts.example.com";

    [Test]
    public async Task An_account_is_found_by_id_name_and_address_after_a_restart_and_its_password_fits()
    {
        await using var stores = new FileStores();
        var user = new User { UserName = "alice", Email = "alice@example.com", DisplayName = "Alice", IsAdministrator = true, CreationDate = stores.Time.GetUtcNow() };
        await UseAsync(stores, async manager => Assert.That((await manager.CreateAsync(user, Password)).Succeeded));
        await stores.RestartAsync();

        await UseAsync(stores, async manager =>
        {
            var found = (await manager.FindByNameAsync("ALICE"))!;
            Assert.That((found.Id, found.Email, found.DisplayName, found.IsAdministrator, found.CreationDate), Is.EqualTo((user.Id, user.Email, user.DisplayName, true, user.CreationDate)));
            Assert.That((await manager.FindByIdAsync(user.Id))?.UserName, Is.EqualTo("alice"));
            Assert.That((await manager.FindByEmailAsync("Alice@Example.com"))?.Id, Is.EqualTo(user.Id));
            Assert.That(manager.Users.Select(account => account.Id), Is.EqualTo(new[] { user.Id }));
            Assert.That(await manager.CheckPasswordAsync(found, Password), Is.True);
            Assert.That(await manager.CheckPasswordAsync(found, Password + "2"), Is.False);
            Assert.That(await manager.GetSecurityStampAsync(found), Is.EqualTo(user.SecurityStamp));
        });
        Assert.That(stores.AllText(), Does.Not.Contain(Password));
    }

    [Test]
    public async Task Wrong_passwords_lock_an_account_across_a_restart_until_the_time_is_over()
    {
        await using var stores = new FileStores();
        await UseAsync(stores, async manager => await manager.CreateAsync(new User { UserName = "alice" }, Password));
        await UseAsync(stores, async manager =>
        {
            var user = (await manager.FindByNameAsync("alice"))!;
            for (var attempt = 0; attempt < manager.Options.Lockout.MaxFailedAccessAttempts; attempt++)
            {
                Assert.That(await manager.IsLockedOutAsync(user), Is.False);
                Assert.That((await manager.AccessFailedAsync(user)).Succeeded);
            }
        });
        await stores.RestartAsync();

        await UseAsync(stores, async manager =>
        {
            var user = (await manager.FindByNameAsync("alice"))!;
            Assert.That(await manager.IsLockedOutAsync(user), Is.True);
            Assert.That((await manager.SetLockoutEndDateAsync(user, DateTimeOffset.UnixEpoch)).Succeeded);
            Assert.That(await manager.IsLockedOutAsync((await manager.FindByNameAsync("alice"))!), Is.False);
        });
    }

    [Test]
    public async Task A_name_is_taken_once_even_by_two_who_ask_at_the_same_time()
    {
        await using var stores = new FileStores();
        await using var scope = stores.Services.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<IUserStore<User>>();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.CreateAsync(new User { UserName = "alice", NormalizedUserName = "ALICE" }, default)));

        Assert.That(results.Count(result => result.Succeeded), Is.EqualTo(1));
        Assert.That(results.Where(result => !result.Succeeded).SelectMany(result => result.Errors).Select(error => error.Code), Is.All.EqualTo("DuplicateUserName"));
        Assert.That(((IQueryableUserStore<User>)store).Users.Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Accounts_may_share_an_address_unless_unique_ones_are_asked_for()
    {
        await using var stores = new FileStores();
        await UseAsync(stores, async manager =>
        {
            Assert.That((await manager.CreateAsync(new User { UserName = "alice", Email = "home@example.com" })).Succeeded);
            Assert.That((await manager.CreateAsync(new User { UserName = "bob", Email = "home@example.com" })).Succeeded);
            manager.Options.User.RequireUniqueEmail = true;
            var refused = await manager.CreateAsync(new User { UserName = "carol", Email = "home@example.com" });
            Assert.That(refused.Errors.Select(error => error.Code), Does.Contain("DuplicateEmail"));
        });
    }

    [Test]
    public async Task A_change_or_deletion_of_an_account_that_was_changed_meanwhile_fails()
    {
        await using var stores = new FileStores();
        await UseAsync(stores, async manager =>
        {
            await manager.CreateAsync(new User { UserName = "alice" }, Password);
            var (first, second) = ((await manager.FindByNameAsync("alice"))!, (await manager.FindByNameAsync("alice"))!);
            Assert.That((await manager.SetEmailAsync(first, "alice@example.com")).Succeeded);
            Assert.That((await manager.SetEmailAsync(second, "mallory@example.com")).Errors.Single().Code, Is.EqualTo("ConcurrencyFailure"));
            Assert.That((await manager.DeleteAsync(second)).Errors.Single().Code, Is.EqualTo("ConcurrencyFailure"));
            Assert.That((await manager.FindByNameAsync("alice"))?.Email, Is.EqualTo("alice@example.com"));
        });
    }

    [Test]
    public async Task A_deleted_account_is_gone_and_its_name_free()
    {
        await using var stores = new FileStores();
        await UseAsync(stores, async manager =>
        {
            var user = new User { UserName = "alice", Email = "alice@example.com" };
            await manager.CreateAsync(user, Password);
            Assert.That((await manager.DeleteAsync(user)).Succeeded);
            Assert.That(await manager.FindByNameAsync("alice"), Is.Null);
            Assert.That(await manager.FindByEmailAsync("alice@example.com"), Is.Null);
            Assert.That((await manager.CreateAsync(new User { UserName = "alice" }, Password)).Succeeded);
        });
        await stores.RestartAsync();
        await UseAsync(stores, async manager => Assert.That((await manager.FindByNameAsync("alice"))?.Email, Is.Null));
    }

    [Test]
    public async Task An_identity_elsewhere_finds_its_account_after_a_restart_until_it_is_taken_away()
    {
        await using var stores = new FileStores();
        await UseAsync(stores, async manager =>
        {
            var user = new User
            {
                UserName = "alice",
                IsAdmittedByPolicy = true,
                Logins = [new() { Issuer = Issuer, Subject = "1", DisplayName = "a@example.com", Provider = "google", Email = "a@example.com", Domain = "example.com", Tenant = "t", Groups = ["groups=staff"] }],
            };
            Assert.That((await manager.CreateAsync(user)).Succeeded);
            Assert.That((await manager.AddLoginAsync(user, new UserLoginInfo("https://other.example", "2", "Other"))).Succeeded);
        });
        await stores.RestartAsync();

        await UseAsync(stores, async manager =>
        {
            var user = (await manager.FindByLoginAsync(Issuer, "1"))!;
            var login = user.Logins[0];
            Assert.That((user.UserName, user.IsAdmittedByPolicy), Is.EqualTo(("alice", true)));
            Assert.That(
                (login.Issuer, login.Subject, login.DisplayName, login.Provider, login.Email, login.Domain, login.Tenant, login.Groups.Single()),
                Is.EqualTo((Issuer, "1", "a@example.com", "google", "a@example.com", "example.com", "t", "groups=staff")));
            Assert.That(
                (await manager.GetLoginsAsync(user)).Select(info => (info.LoginProvider, info.ProviderKey, info.ProviderDisplayName)),
                Is.EqualTo(new[] { (Issuer, "1", "a@example.com"), ("https://other.example", "2", "Other") }));
            Assert.That(user.Logins[1].Groups, Is.Empty);
            Assert.That((await manager.FindByLoginAsync("https://other.example", "2"))?.Id, Is.EqualTo(user.Id));
            Assert.That(await manager.FindByLoginAsync(Issuer, "2"), Is.Null);

            Assert.That((await manager.RemoveLoginAsync(user, Issuer, "1")).Succeeded);
            Assert.That(await manager.FindByLoginAsync(Issuer, "1"), Is.Null);
            Assert.That((await manager.FindByLoginAsync("https://other.example", "2"))?.Id, Is.EqualTo(user.Id));
        });
    }

    [Test]
    public async Task An_identity_elsewhere_belongs_to_one_account_even_when_several_ask_at_the_same_time()
    {
        await using var stores = new FileStores();
        await using var scope = stores.Services.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<IUserStore<User>>();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => store.CreateAsync(
            new User
            {
                UserName = $"user{number}",
                NormalizedUserName = $"USER{number}",
                Logins = [new() { Issuer = Issuer, Subject = $"own {number}" }, new() { Issuer = Issuer, Subject = "shared" }],
            },
            default)));

        Assert.That(results.Count(result => result.Succeeded), Is.EqualTo(1));
        Assert.That(results.Where(result => !result.Succeeded).SelectMany(result => result.Errors).Select(error => error.Code), Is.All.EqualTo("LoginAlreadyAssociated"));
        var owner = await ((IUserLoginStore<User>)store).FindByLoginAsync(Issuer, "shared", default);
        Assert.That(((IQueryableUserStore<User>)store).Users.Single().Id, Is.EqualTo(owner!.Id));
    }

    private static async Task UseAsync(FileStores stores, Func<UserManager<User>, Task> use)
    {
        await using var scope = stores.Services.CreateAsyncScope();
        await use(scope.ServiceProvider.GetRequiredService<UserManager<User>>());
    }
}
