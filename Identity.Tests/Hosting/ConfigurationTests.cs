using System.Net;
using System.Net.Sockets;
using Identity.Server;
using Identity.Server.Hosting;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.Options;

namespace Identity.Tests.Hosting;

public sealed class ConfigurationTests
{
    [TestCase("Identity:Registration:Mode", "Maybe", "Open, InitialAccessToken, Closed")]
    [TestCase("Identity:RateLimits:RegistrationsPerAddress", "0", "from 1 to 100000")]
    [TestCase("Identity:RateLimits:Networks:0:Network", "192.0.2.1/999", "a network")]
    [TestCase("Identity:Issuer", "http://id.example.com", "https")]
    [TestCase("Identity:Issuer", "id.example.com", "https")]
    [TestCase("Identity:Issuer", "https://id.example.com/?a=b", "https")]
    [TestCase("Identity:Issuer", "https://user@id.example.com", "https")]
    [TestCase("Identity:Issuer", "https://ID.example.com", "https")]
    [TestCase("Identity:StorageDirectory", "", "directory")]
    [TestCase("Identity:Proxies:0", "proxy.example.com", "192.0.2.0/24")]
    [TestCase("Identity:Tokens:AccessTokenLifetime", "2.00:00:00", "00:00:01 to 1.00:00:00")]
    [TestCase("Identity:Tokens:RefreshTokenLifetime", "-00:00:01", "00:00:01 to 365.00:00:00")]
    [TestCase("Identity:Tokens:RefreshTokenLifetime", "86400", "hours:minutes:seconds")]
    [TestCase("Identity:Tokens:RefreshTokenLifetime", "a day", "hours:minutes:seconds")]
    [TestCase("Identity:Tokens:AuthorizationCodeLifetime", "01:00:00", "00:00:01 to 00:10:00")]
    [TestCase("Identity:Tokens:ConnectionLifetime", "0", "00:00:01 to 3650.00:00:00")]
    [TestCase("Identity:Resources:0:Uri", "http://mcp.example.com", "https")]
    [TestCase("Identity:Scopes:0:Name", "two words", "without spaces")]
    [TestCase("Identity:Scopes:0:Name", "offline_access", "other than openid")]
    [TestCase("Identity:Registration:PrivateUseSchemes:0", "javascript", "such as cursor")]
    [TestCase("Identity:Registration:PrivateUseSchemes:0", "zed:", "without a colon")]
    [TestCase("Identity:Maintenance:Interval", "00:00:01", "00:01:00 to 7.00:00:00")]
    [TestCase("Identity:Maintenance:MinimumTokenLifespan", "01:00:00", "1.00:00:00 (Identity:Tokens:RefreshTokenLifetime) or more")]
    [TestCase("Identity:Passwords:MinimumLength", "4", "from 8 to 128")]
    [TestCase("Identity:Sessions:IdleLifetime", "00:01:00", "00:10:00 to 365.00:00:00")]
    [TestCase("Identity:Sessions:IdleLifetime", "400.00:00:00", "00:10:00 to 365.00:00:00")]
    [TestCase("Identity:Sessions:Lifetime", "400.00:00:00", "to 365.00:00:00")]
    [TestCase("Identity:Sessions:Lifetime", "11:00:00", "from 12:00:00 (Identity:Sessions:IdleLifetime) to 365.00:00:00")]
    [TestCase("Identity:Mail:Port", "0", "from 1 to 65535")]
    [TestCase("Identity:Mail:Security", "Perhaps", "StartTls, Tls, None")]
    public void A_bad_value_is_named_with_its_key_and_what_is_allowed(string key, string value, string allowed)
    {
        using var directory = new TemporaryDirectory();
        var exception = Assert.Throws<OptionsValidationException>(() => Program.Build([$"--Identity:StorageDirectory={directory.Path}", $"--{key}={value}"]));
        var line = StartupException.Describe(exception).Single();
        Assert.That(line, Does.StartWith($"{key} is '{value}'").And.Contain(allowed));
        Assert.That(directory.Files, Is.Empty);
    }

    [TestCase("Identity:Mail:From", "nobody", "the address from which mail comes")]
    [TestCase("Identity:Mail:UserName", "identity", "a user name and a password")]
    [TestCase("Identity:Mail:Security", "None", "a password is sent", "--Identity:Mail:UserName=identity", "--Identity:Mail:Password=secret-word")]
    public void What_a_mail_server_needs_is_named(string key, string value, string allowed, params string[] more)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Program.Build(
            ["--Identity:Mail:Host=mail.example.com", "--Identity:Mail:From=id@example.com", .. more, $"--{key}={value}"]));
        var line = StartupException.Describe(exception).Single();
        Assert.That(line, Does.StartWith($"{key} is '{value}'").And.Contain(allowed).And.Not.Contain("secret-word"));
    }

    [TestCase("Identity:Resources:1:Uri", "https://MCP.example.com/")]
    [TestCase("Identity:Resources:1:Default", "true")]
    public void Resources_that_contradict_each_other_are_named(string key, string value)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Program.Build(
        [
            "--Identity:Resources:0:Uri=https://mcp.example.com", "--Identity:Resources:0:Default=true",
            "--Identity:Resources:1:Uri=https://other.example.com", $"--{key}={value}",
        ]));
        Assert.That(StartupException.Describe(exception).Single(), Does.StartWith($"{key} is '{value}'"));
    }

    [Test]
    public void All_bad_values_are_named_at_once()
    {
        var exception = Assert.Throws<AggregateException>(() =>
            Program.Build(["--Identity:Tokens:AccessTokenLifetime=x", "--Identity:Tokens:RefreshTokenLifetime=y", "--Identity:Proxies:0=z"]));
        var lines = StartupException.Describe(exception!).ToList();
        Assert.That(lines, Has.Count.EqualTo(3));
        Assert.That(lines, Has.Exactly(1).StartsWith("Identity:Tokens:AccessTokenLifetime is 'x'"));
        Assert.That(lines, Has.Exactly(1).StartsWith("Identity:Tokens:RefreshTokenLifetime is 'y'"));
        Assert.That(lines, Has.Exactly(1).StartsWith("Identity:Proxies:0 is 'z'"));
    }

    [Test]
    public async Task A_bad_value_ends_the_start_with_one_line_and_leaves_nothing_behind()
    {
        using var directory = new TemporaryDirectory();
        var (exitCode, output, errors) = await ServerProcess.RunAsync(
            [$"--Identity:StorageDirectory={directory.Path}"], environment: new Dictionary<string, string> { ["OAUTH_REFRESH_TOKEN_TTL"] = "soon" });
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Is.EqualTo(
            "OAUTH_REFRESH_TOKEN_TTL is 'soon', which is not allowed. Allowed: a whole number of seconds; " +
            "a time as hours:minutes:seconds or days.hours:minutes:seconds, such as 24:00:00 or 90.00:00:00.\n"));
        Assert.That(output, Is.Empty);
        Assert.That(Directory.Exists(directory.Path), Is.False);
    }

    [Test]
    public async Task The_known_environment_variables_count_and_the_sections_own_keys_count_more()
    {
        using var storage = new TemporaryDirectory();
        var environment = new Dictionary<string, string>
        {
            ["OAUTH_STORAGE_DIR"] = storage.Path,
            ["OAUTH_ACCESS_TOKEN_TTL"] = "0",
            ["OAUTH_REFRESH_TOKEN_TTL"] = "0",
            ["OAUTH_AUTH_CODE_TTL"] = "601",
            ["Identity__Tokens__AccessTokenLifetime"] = "00:05:00",
        };
        var (exitCode, _, errors) = await ServerProcess.RunAsync([], environment: environment);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("OAUTH_REFRESH_TOKEN_TTL is '0'").And.Contain("OAUTH_AUTH_CODE_TTL is '601'").And.Not.Contain("AccessToken"));

        foreach (var variable in new[] { "OAUTH_ACCESS_TOKEN_TTL", "OAUTH_REFRESH_TOKEN_TTL", "OAUTH_AUTH_CODE_TTL" })
        {
            environment[variable] = "60";
        }

        Assert.That((await ServerProcess.RunAsync(["users", "add", "alice", "--password-stdin"], "correct horse\n", environment)).ExitCode, Is.Zero);
        Assert.That(storage.Files, Does.Contain("users.json"));
    }

    [Test]
    public async Task A_port_in_use_ends_the_start_with_one_line_and_leaves_nothing_behind()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        using var directory = new TemporaryDirectory();
        var (exitCode, _, errors) = await ServerProcess.RunAsync(["--urls", address, $"--Identity:StorageDirectory={directory.Path}"]);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Is.EqualTo($"{address} is in use: another program listens there. Stop it, or choose another address with --urls.\n"));
        Assert.That(Directory.Exists(directory.Path), Is.False);
    }

    [TestCase("http://0.0.0.0:5080")]
    [TestCase("http://*:5080")]
    [TestCase("http://[::]:5080")]
    [TestCase("http://192.0.2.1:5080")]
    [TestCase("http://id.example.com:5080")]
    public async Task Without_an_issuer_the_server_does_not_listen_where_others_reach_it(string address)
    {
        using var directory = new TemporaryDirectory();
        await using var app = Program.Build([$"--Identity:StorageDirectory={directory.Path}", "--urls", $"http://127.0.0.1:0;{address}"]);
        var exception = await Assert.ThrowsAsync<StartupException>(() => Program.StartAsync(app, CancellationToken.None));
        Assert.That(exception!.Message, Does.Contain(address).And.Contain("Identity:Issuer"));
        Assert.That(Directory.Exists(directory.Path), Is.False);
    }

    [Test]
    public async Task A_word_that_is_no_address_is_named()
    {
        using var directory = new TemporaryDirectory();
        await using var app = Program.Build([$"--Identity:StorageDirectory={directory.Path}", "--urls", "localhost"]);
        var exception = await Assert.ThrowsAsync<StartupException>(() => Program.StartAsync(app, CancellationToken.None));
        Assert.That(exception!.Message, Does.Contain("'localhost', which is not an address"));
    }

    [Test]
    public async Task A_damaged_file_ends_the_start_with_one_line_and_stays_as_it_is()
    {
        await using var server = await ServerProcess.StartAsync();
        Assert.That(await server.StopAsync(), Is.Zero);
        var path = Path.Combine(server.StorageDirectory, "users.json");
        await File.WriteAllTextAsync(path, "{\"format\":1,");
        var (exitCode, _, errors) = await ServerProcess.RunAsync(["--urls", "http://127.0.0.1:0", $"--Identity:StorageDirectory={server.StorageDirectory}"]);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1));
        Assert.That(errors, Does.Contain(path).And.Not.Contain("   at "));
        Assert.That(await File.ReadAllTextAsync(path), Is.EqualTo("{\"format\":1,"));
    }
}
