using System.Text.Json;
using Identity.Server.Hosting;
using Identity.Server.Keys;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OpenIddict.Server;

namespace Identity.Tests.Keys;

public sealed class KeyTests
{
    [Test]
    public async Task Keys_are_made_at_the_first_start_and_kept()
    {
        await using var server = await TestServer.StartAsync();
        var files = KeyFiles(server);
        Assert.That(files.Count(file => file.StartsWith("signing-", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(files.Count(file => file.StartsWith("encryption-", StringComparison.Ordinal)), Is.EqualTo(1));
        var before = KeyIds(server);
        await server.RestartAsync();
        Assert.That(KeyFiles(server), Is.EqualTo(files));
        Assert.That(KeyIds(server), Is.EqualTo(before));
    }

    [Test]
    public async Task What_was_protected_before_a_restart_can_be_read_after_it()
    {
        await using var server = await TestServer.StartAsync();
        var value = Protector(server).Protect("a session");
        await server.RestartAsync();
        Assert.That(Protector(server).Unprotect(value), Is.EqualTo("a session"));
    }

    [Test]
    public async Task A_key_file_is_a_readable_JSON_Web_Key_for_nobody_else()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var file in KeyFiles(server))
        {
            var path = Path.Combine(server.StorageDirectory, "keys", file);
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }

        var signing = JsonDocument.Parse(await File.ReadAllTextAsync(
            Path.Combine(server.StorageDirectory, "keys", KeyFiles(server).Single(file => file.StartsWith("signing-", StringComparison.Ordinal))))).RootElement;
        Assert.That(signing.GetProperty("kty").GetString(), Is.EqualTo("EC"));
        Assert.That(signing.GetProperty("crv").GetString(), Is.EqualTo("P-256"));
        Assert.That(signing.GetProperty("use").GetString(), Is.EqualTo("sig"));
        Assert.That(signing.GetProperty("kid").GetString(), Is.Not.Empty);
        Assert.That(signing.GetProperty("created").GetDateTimeOffset(), Is.EqualTo(server.Time.GetUtcNow()));
    }

    [Test]
    public async Task A_missing_key_stops_the_start()
    {
        await using var server = await TestServer.StartAsync();
        await server.StopAsync();
        var key = KeyFiles(server).Single(file => file.StartsWith("signing-", StringComparison.Ordinal));
        File.Delete(Path.Combine(server.StorageDirectory, "keys", key));
        var exception = await Assert.ThrowsAsync<StorageException>(server.StartAgainAsync);
        Assert.That(StartupException.Describe(exception!).Single(), Does.Contain(key));
        Assert.That(KeyFiles(server), Has.None.StartsWith("signing-"));
    }

    [Test]
    public async Task The_newest_key_signs_and_all_are_known()
    {
        using var folder = new TemporaryDirectory();
        var time = new FakeTimeProvider();
        await using var directory = StorageDirectory.Open(
            new FileSystemStorageOptions { Directory = folder.Path }, [HealthProbe.Definition], time, NullLogger<StorageDirectory>.Instance);
        var first = new KeyRing(directory, time, NullLogger<KeyRing>.Instance).GetSigningKeys().Single();
        time.Advance(TimeSpan.FromDays(1));
        var newer = KeyFile.CreateSigning(time);
        directory.WriteFile(KeyRing.Folder, $"signing-{newer.KeyId}.json", newer.ToBytes());
        var keys = new KeyRing(directory, time, NullLogger<KeyRing>.Instance).GetSigningKeys();
        Assert.That(keys.Select(key => key.KeyId), Is.EqualTo(new[] { newer.KeyId, first.KeyId }));
    }

    [Test]
    public async Task A_file_that_is_no_key_stops_the_start_and_is_named()
    {
        using var folder = new TemporaryDirectory();
        var time = new FakeTimeProvider();
        await using var directory = StorageDirectory.Open(
            new FileSystemStorageOptions { Directory = folder.Path }, [HealthProbe.Definition], time, NullLogger<StorageDirectory>.Instance);
        directory.WriteFile(KeyRing.Folder, "signing-x.json", "{}"u8);
        var exception = Assert.Throws<StorageException>(() => new KeyRing(directory, time, NullLogger<KeyRing>.Instance).GetSigningKeys());
        Assert.That(exception!.Message, Does.Contain("signing-x.json"));
    }

    [Test]
    public async Task No_key_is_in_the_log()
    {
        await using var server = await TestServer.StartAsync();
        var secrets = KeyFiles(server).Where(file => file.EndsWith(".json", StringComparison.Ordinal))
            .Select(file => JsonDocument.Parse(File.ReadAllText(Path.Combine(server.StorageDirectory, "keys", file))).RootElement)
            .SelectMany(key => new[] { "d", "k" }.Where(name => key.TryGetProperty(name, out _)).Select(name => key.GetProperty(name).GetString()!))
            .ToList();
        Assert.That(secrets, Has.Count.EqualTo(2));
        Assert.That(server.Log.Entries.Select(entry => entry.Message), Has.None.Matches<string>(message => secrets.Exists(secret => message!.Contains(secret, StringComparison.Ordinal))));
    }

    private static List<string> KeyFiles(TestServer server)
        => [.. server.Files.Where(file => file.StartsWith("keys/", StringComparison.Ordinal)).Select(file => file["keys/".Length..])];

    private static List<string> KeyIds(TestServer server)
    {
        var options = server.Services.GetRequiredService<IOptionsMonitor<OpenIddictServerOptions>>().CurrentValue;
        return [.. options.SigningCredentials.Select(key => key.Key.KeyId), .. options.EncryptionCredentials.Select(key => key.Key.KeyId)];
    }

    private static IDataProtector Protector(TestServer server) => server.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
}
