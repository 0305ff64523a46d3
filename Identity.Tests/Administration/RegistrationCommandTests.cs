using Identity.Tests.Infrastructure;

namespace Identity.Tests.Administration;

public sealed class RegistrationCommandTests
{
    [Test]
    public async Task A_registration_token_is_made_listed_and_revoked()
    {
        using var directory = new TemporaryDirectory();
        var setting = $"--Identity:StorageDirectory={directory.Path}";
        var (exitCode, output, errors) = await CommandRun.RunAsync(["registration-tokens", "create", "--uses", "5", "--expires", "1.00:00:00", "--name", "laptops", setting]);
        Assert.That((exitCode, errors), Is.EqualTo((0, "")));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[0], Does.Match("^Created the token '[^']+', for 5 clients until [0-9-]+ [0-9:]+ UTC. It is shown this once:$"));
        Assert.That(lines[1], Does.Match("^[A-Za-z0-9_-]{43}$"));
        var id = lines[0].Split('\'')[1];

        (exitCode, output, _) = await CommandRun.RunAsync(["registration-tokens", "list", setting]);
        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.Match($"^{id}  0 of 5 clients  until [0-9-]+ [0-9:]+ UTC  laptops\n$").And.Not.Contain(lines[1]));

        (exitCode, output, _) = await CommandRun.RunAsync(["registration-tokens", "revoke", id, setting]);
        Assert.That((exitCode, output), Is.EqualTo((0, $"Revoked the token '{id}'.\n")));
    }

    [TestCase("--uses", "0", "from 1 to")]
    [TestCase("--expires", "3600", "hours:minutes:seconds")]
    public async Task What_is_not_allowed_is_said(string option, string value, string reason)
    {
        using var directory = new TemporaryDirectory();
        var (exitCode, _, errors) = await CommandRun.RunAsync(["registration-tokens", "create", option, value, $"--Identity:StorageDirectory={directory.Path}"]);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain(option).And.Contain(reason).And.Not.Contain("   at "));
    }

    [Test]
    public async Task A_client_is_created_listed_shown_and_removed()
    {
        using var directory = new TemporaryDirectory();
        var setting = $"--Identity:StorageDirectory={directory.Path}";
        var (exitCode, output, errors) = await CommandRun.RunAsync(["clients", "create", "Files", "--introspects", "https://mcp.example.com/files", setting]);
        Assert.That((exitCode, errors), Is.EqualTo((0, "")));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[0], Does.Match("^Created the client '[^']+'. Its secret is shown this once:$"));
        Assert.That(lines[1], Does.Match("^[A-Za-z0-9_-]{43}$"));
        var id = lines[0].Split('\'')[1];

        (_, output, _) = await CommandRun.RunAsync(["clients", "list", setting]);
        Assert.That(output, Is.EqualTo($"{id}  confidential  created  Files\n"));
        (_, output, _) = await CommandRun.RunAsync(["clients", "show", id, setting]);
        Assert.That(output, Does.Contain("permission  ept:introspection").And.Contain("introspects  [\"https://mcp.example.com/files\"]").And.Not.Contain(lines[1]));
        (exitCode, output, _) = await CommandRun.RunAsync(["clients", "remove", id, setting]);
        Assert.That((exitCode, output), Is.EqualTo((0, $"Removed the client '{id}'.\n")));
    }

    [TestCase("clients create", "NAME")]
    [TestCase("clients remove", "ID")]
    [TestCase("registration-tokens revoke", "ID")]
    [TestCase("users add --password-stdin", "NAME")]
    public async Task A_setting_is_not_taken_for_a_name_that_is_missing(string command, string missing)
    {
        using var directory = new TemporaryDirectory();
        var setting = $"--Identity:StorageDirectory={directory.Path}";
        var (exitCode, _, errors) = await CommandRun.RunAsync([.. command.Split(' '), setting]);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain($"The {missing} is missing before '{setting}'."));
    }

    [Test]
    public async Task A_client_that_breaks_a_rule_is_not_created()
    {
        using var directory = new TemporaryDirectory();
        var (exitCode, output, errors) = await CommandRun.RunAsync(
            ["clients", "create", "Files", "--redirect-uri", "http://a.example/callback", $"--Identity:StorageDirectory={directory.Path}"]);
        Assert.That((exitCode, output), Is.EqualTo((1, "")));
        Assert.That(errors, Does.Contain("must use https").And.Not.Contain("   at "));
    }
}
