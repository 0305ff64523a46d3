using Identity.Tests.Accounts;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Administration;

public sealed class UsersCommandTests
{
    [Test]
    public async Task The_first_account_that_is_added_is_an_administrator_and_no_secret_is_shown()
    {
        using var directory = new TemporaryDirectory();
        var setting = $"--Identity:StorageDirectory={directory.Path}";
        var (exitCode, output, errors) = await ServerProcess.RunAsync(["users", "add", "alice", "--password-stdin", "--email", "alice@example.com", setting], "correct horse\n");
        Assert.That((exitCode, errors), Is.EqualTo((0, "")));
        Assert.That(output, Is.EqualTo("Created the account 'alice', an administrator.\n"));

        (exitCode, output, _) = await ServerProcess.RunAsync(["users", "add", "bob", "--password-stdin", setting], "battery staple");
        Assert.That((exitCode, output), Is.EqualTo((0, "Created the account 'bob'.\n")));

        (exitCode, output, _) = await ServerProcess.RunAsync(["users", "list", setting]);
        Assert.That((exitCode, output), Is.EqualTo((0, "alice  alice@example.com  administrator\nbob\n")));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(directory.Path, "users.json")), Does.Not.Contain("horse").And.Not.Contain("staple"));
    }

    [Test]
    public async Task Accounts_are_looked_after_while_the_server_is_stopped()
    {
        using var directory = new TemporaryDirectory();
        var setting = $"--Identity:StorageDirectory={directory.Path}";
        const string Issuer = "--Identity:Issuer=https://id.example.com";
        await CommandRun.RunAsync(["users", "add", "alice", "--password-stdin", setting], "correct horse");

        var (exitCode, output, errors) = await CommandRun.RunAsync(["users", "invite", "bob", "--name", "Bob", "--email", "bob@example.com", setting, Issuer]);
        Assert.That((exitCode, errors), Is.EqualTo((0, "")));
        Assert.That(output, Does.StartWith("Created the account 'bob'.\nThe link works once").And.Contain("https://id.example.com/account/invitation?token="));

        (_, output, _) = await CommandRun.RunAsync(["users", "list", setting]);
        Assert.That(output, Is.EqualTo("alice  administrator\nbob  bob@example.com  invited\n"));

        (_, output, _) = await CommandRun.RunAsync(["users", "set-password", "bob", "--password-stdin", setting], "battery staple");
        Assert.That(output, Is.EqualTo("Changed the password of the account 'bob'.\n"));
        (_, output, _) = await CommandRun.RunAsync(["users", "reset-password", "bob", setting]);
        Assert.That(output, Does.Contain("http://localhost:5080/account/reset-password?token="));
        (_, output, _) = await CommandRun.RunAsync(["users", "disable", "bob", setting]);
        Assert.That(output, Is.EqualTo("Disabled the account 'bob'.\n"));
        (exitCode, _, errors) = await CommandRun.RunAsync(["users", "disable", "alice", setting]);
        Assert.That((exitCode, errors), Is.EqualTo((1, "This is the last administrator who can sign in. Make somebody else an administrator first.\n")));
        (_, output, _) = await CommandRun.RunAsync(["users", "enable", "bob", setting]);
        Assert.That(output, Is.EqualTo("Enabled the account 'bob'.\n"));
        (_, output, _) = await CommandRun.RunAsync(["users", "remove", "bob", setting]);
        Assert.That(output, Is.EqualTo("Removed the account 'bob'.\n"));
        (exitCode, _, errors) = await CommandRun.RunAsync(["users", "remove", "bob", setting]);
        Assert.That((exitCode, errors), Is.EqualTo((1, "There is no account 'bob'.\n")));
    }

    [Test]
    public async Task Who_lost_what_the_second_step_takes_is_let_in_by_command()
    {
        await using var scene = await Scene.StartAsync();
        await scene.ChangeUserAsync(Scene.UserName, user => (user.TwoFactorEnabled, user.AuthenticatorKey) = (true, "lost"));
        Assert.That(await scene.CanSignInAsync(Scene.UserName, Scene.Password), Is.False);
        await scene.Server.StopAsync();

        var (exitCode, output, _) = await CommandRun.RunAsync(["users", "remove-second-step", Scene.UserName, $"--Identity:StorageDirectory={scene.Server.StorageDirectory}"]);

        Assert.That((exitCode, output), Is.EqualTo((0, $"Switched off the second step of the account '{Scene.UserName}'.\n")));
        await scene.Server.StartAgainAsync();
        Assert.That(await scene.CanSignInAsync(Scene.UserName, Scene.Password), Is.True);
    }

    [TestCase("alice", "short", "at least 8 characters")]
    [TestCase("alice", "", "no password")]
    [TestCase("a b", "correct horse", "invalid")]
    public async Task What_is_refused_is_said_and_nothing_is_added(string name, string password, string reason)
    {
        using var directory = new TemporaryDirectory();
        var setting = $"--Identity:StorageDirectory={directory.Path}";
        var (exitCode, _, errors) = await CommandRun.RunAsync(["users", "add", name, "--password-stdin", setting], password);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain(reason).And.Not.Contain("   at "));
    }

    [Test]
    public async Task While_the_server_runs_the_command_says_so()
    {
        await using var server = await ServerProcess.StartAsync();
        var (exitCode, _, errors) = await CommandRun.RunAsync(
            ["users", "add", "alice", "--password-stdin", $"--Identity:StorageDirectory={server.StorageDirectory}"], "correct horse");
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain("in use by process").And.Contain("Stop that process first"));
    }

    [Test]
    public async Task Listing_creates_nothing()
    {
        using var directory = new TemporaryDirectory();
        var (exitCode, _, errors) = await CommandRun.RunAsync(["users", "list", $"--Identity:StorageDirectory={directory.Path}"]);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Does.Contain(directory.Path));
        Assert.That(Directory.Exists(directory.Path), Is.False);
    }

    [TestCase("user", "list")]
    [TestCase("users", "ad")]
    [TestCase("users", "list", "--all")]
    [TestCase("users", "add")]
    public async Task A_mistyped_command_is_an_error_and_starts_nothing(params string[] arguments)
    {
        var (exitCode, _, errors) = await CommandRun.RunAsync(arguments);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(errors, Is.Not.Empty.And.Not.Contain("   at "));
    }

    [Test]
    public async Task Help_lists_the_commands()
    {
        var (exitCode, output, _) = await CommandRun.RunAsync(["--help"]);
        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.Contain("users"));
    }

    [Test]
    public async Task The_address_for_the_first_account_is_printed_once_and_only_while_there_is_none()
    {
        await using var server = await ServerProcess.StartAsync();
        var line = await server.WaitForLineAsync("There is no account yet.");
        Assert.That(line, Does.Contain($"{server.Address.GetLeftPart(UriPartial.Authority)}/account/setup?token="));
        Assert.That(await server.StopAsync(), Is.Zero);
        var added = await CommandRun.RunAsync(["users", "add", "alice", "--password-stdin", $"--Identity:StorageDirectory={server.StorageDirectory}"], "correct horse");
        Assert.That(added.ExitCode, Is.Zero);
        await server.StartAgainAsync();
        Assert.That(await server.StopAsync(), Is.Zero);
        Assert.That(server.Output, Does.Contain("Identity listens on").And.Not.Contain("/account/setup"));
    }
}
