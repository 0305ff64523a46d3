using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Identity.Tests.Stores;

/// <summary>What an account signs in with beside its password, as <see cref="UserManager{TUser}"/> keeps it.</summary>
[TestFixture]
internal sealed class UserStoreSecondStepTests
{
    [Test]
    public async Task The_second_factor_and_the_codes_that_were_not_used_survive_a_restart()
    {
        await using var stores = new FileStores();
        string[] codes = [];
        await UseAsync(stores, async manager =>
        {
            var user = await AddAsync(manager, "alice");
            Assert.That((await manager.ResetAuthenticatorKeyAsync(user)).Succeeded);
            user.AuthenticatorStep = 7;
            Assert.That((await manager.SetTwoFactorEnabledAsync(user, true)).Succeeded);
            codes = [.. (await manager.GenerateNewTwoFactorRecoveryCodesAsync(user, 3))!];
        });

        var key = string.Empty;
        for (var used = 0; used < codes.Length; used++)
        {
            await stores.RestartAsync();
            await UseAsync(stores, async manager =>
            {
                var user = (await manager.FindByNameAsync("alice"))!;
                key = await manager.GetAuthenticatorKeyAsync(user);
                Assert.That((await manager.GetTwoFactorEnabledAsync(user), key?.Length, user.AuthenticatorStep), Is.EqualTo((true, 32, 7L)));
                Assert.That(await manager.CountRecoveryCodesAsync(user), Is.EqualTo(codes.Length - used));
                Assert.That((await manager.RedeemTwoFactorRecoveryCodeAsync(user, "23456-BCDFG")).Succeeded, Is.False);
                Assert.That((await manager.RedeemTwoFactorRecoveryCodeAsync(user, codes[used])).Succeeded, Is.True);
                Assert.That((await manager.RedeemTwoFactorRecoveryCodeAsync(user, codes[used])).Succeeded, Is.False);
            });
            Assert.That(codes.Where(code => stores.AllText().Contains(code, StringComparison.Ordinal)), Is.Empty);
        }

        await stores.RestartAsync();
        await UseAsync(stores, async manager =>
        {
            var user = (await manager.FindByNameAsync("alice"))!;
            Assert.That(await manager.CountRecoveryCodesAsync(user), Is.Zero);
            Assert.That((await manager.ResetAuthenticatorKeyAsync(user)).Succeeded);
            Assert.That((await manager.GetAuthenticatorKeyAsync(user) == key, user.AuthenticatorStep), Is.EqualTo((false, 0L)));
        });
    }

    [Test]
    public async Task A_recovery_code_works_once_even_for_many_who_use_it_at_the_same_time()
    {
        await using var stores = new FileStores();
        var code = string.Empty;
        await UseAsync(stores, async manager =>
            code = (await manager.GenerateNewTwoFactorRecoveryCodesAsync(await AddAsync(manager, "alice"), 1))!.Single());
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var scope = stores.Services.CreateAsyncScope();
            var manager = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
            return await manager.RedeemTwoFactorRecoveryCodeAsync((await manager.FindByNameAsync("alice"))!, code);
        }));

        Assert.That(results.Count(result => result.Succeeded), Is.EqualTo(1));
    }

    [Test]
    public async Task A_passkey_leads_to_its_account_until_it_is_removed()
    {
        await using var stores = new FileStores();
        var (phone, key) = (NewPasskey(1, "Phone"), NewPasskey(2, "Security key"));
        await UseAsync(stores, async manager =>
        {
            var user = await AddAsync(manager, "alice");
            Assert.That((await manager.AddOrUpdatePasskeyAsync(user, phone)).Succeeded);
            Assert.That((await manager.AddOrUpdatePasskeyAsync(user, key)).Succeeded);
        });
        await stores.RestartAsync();
        await UseAsync(stores, async manager =>
        {
            var user = (await manager.FindByPasskeyIdAsync(key.CredentialId))!;
            Assert.That(user.UserName, Is.EqualTo("alice"));
            Assert.That((await manager.GetPasskeysAsync(user)).Select(Describe), Is.EqualTo(new[] { Describe(phone), Describe(key) }));

            (key.Name, key.SignCount, key.IsBackedUp) = ("Blue key", 8, true);
            Assert.That((await manager.AddOrUpdatePasskeyAsync(user, key)).Succeeded);
            Assert.That((await manager.RemovePasskeyAsync(user, phone.CredentialId)).Succeeded);
        });
        await stores.RestartAsync();
        await UseAsync(stores, async manager =>
        {
            var user = (await manager.FindByNameAsync("alice"))!;
            Assert.That(await manager.FindByPasskeyIdAsync(phone.CredentialId), Is.Null);
            Assert.That(await manager.GetPasskeyAsync(user, phone.CredentialId), Is.Null);
            Assert.That(Describe((await manager.GetPasskeyAsync(user, key.CredentialId))!), Is.EqualTo(Describe(key)));
            Assert.That((await manager.DeleteAsync(user)).Succeeded);
            Assert.That(await manager.FindByPasskeyIdAsync(key.CredentialId), Is.Null);
        });
    }

    [Test]
    public async Task A_passkey_belongs_to_one_account()
    {
        await using var stores = new FileStores();
        await UseAsync(stores, async manager =>
        {
            Assert.That((await manager.AddOrUpdatePasskeyAsync(await AddAsync(manager, "alice"), NewPasskey(1, "Phone"))).Succeeded);
            var refused = await manager.AddOrUpdatePasskeyAsync(await AddAsync(manager, "mallory"), NewPasskey(1, "Phone"));
            Assert.That(refused.Errors.Single().Code, Is.EqualTo("LoginAlreadyAssociated"));
            Assert.That((await manager.FindByPasskeyIdAsync(NewPasskey(1, "Phone").CredentialId))?.UserName, Is.EqualTo("alice"));
        });
    }

    private static UserPasskeyInfo NewPasskey(byte seed, string name) => new(
        [seed, 0xFB, 0xFF], [seed, 2], DateTimeOffset.UnixEpoch.AddDays(seed), signCount: seed, transports: seed is 1 ? [] : ["usb", "nfc"],
        isUserVerified: true, isBackupEligible: true, isBackedUp: false, attestationObject: [seed, 3], clientDataJson: [seed, 4])
    {
        Name = name,
    };

    private static string Describe(UserPasskeyInfo passkey) => string.Join(
        ' ', Convert.ToHexString(passkey.CredentialId), Convert.ToHexString(passkey.PublicKey), passkey.Name, passkey.CreatedAt.ToUnixTimeSeconds(), passkey.SignCount,
        string.Join(',', passkey.Transports!), passkey.IsUserVerified, passkey.IsBackupEligible, passkey.IsBackedUp,
        Convert.ToHexString(passkey.AttestationObject), Convert.ToHexString(passkey.ClientDataJson));

    private static async Task<User> AddAsync(UserManager<User> manager, string name)
    {
        var user = new User { UserName = name };
        Assert.That((await manager.CreateAsync(user)).Succeeded);
        return user;
    }

    private static async Task UseAsync(FileStores stores, Func<UserManager<User>, Task> use)
    {
        await using var scope = stores.Services.CreateAsyncScope();
        await use(scope.ServiceProvider.GetRequiredService<UserManager<User>>());
    }
}
