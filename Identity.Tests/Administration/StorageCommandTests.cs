using System.Security.Cryptography;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;
using Identity.Tests.Infrastructure;
using Identity.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Tests.Administration;

/// <summary>The storage commands and the start of the server, as a person meets them.</summary>
internal sealed class StorageCommandTests
{
    private const int Samples = 12;

    [Test]
    public async Task A_sound_directory_is_said_to_be_sound_and_then_compacted()
    {
        using var directory = new TemporaryDirectory();
        await CreateAsync(directory.Path);
        var before = Content(directory);
        var (exitCode, output, errors) = await RunAsync(directory, "verify");
        Assert.That((exitCode, errors), Is.EqualTo((0, "")));
        Assert.That(output, Does.Contain("clients: 5 entries\n").And.Contain("scopes: 1 entry\n").And.EndsWith("Nothing is wrong.\n"));
        Assert.That(Content(directory), Is.EqualTo(before));

        (exitCode, output, errors) = await RunAsync(directory, "compact");
        Assert.That((exitCode, errors), Is.EqualTo((0, "")));
        Assert.That(output, Does.Match(@"journal-2\.jsonl: [0-9,]+ bytes before, 0 after\n").And.Match(@"scopes\.json: 113 bytes before, [0-9]+ after\n").And.Contain("alone are the truth"));
        Assert.That(directory.Files, Has.None.StartsWith("journal"));
        Assert.That((await RunAsync(directory, "recover")).Output, Is.EqualTo("Nothing is wrong, and nothing was changed.\n"));
    }

    [Test]
    public async Task What_is_wrong_is_listed_and_what_is_worth_knowing_does_not_count()
    {
        using var directory = new TemporaryDirectory();
        await CreateAsync(directory.Path);
        var (exitCode, output, _) = await RunAsync(directory, "verify");
        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.Contain("\nNote: before-upgrade-1: it keeps files as they were"));

        File.SetUnixFileMode(Path.Combine(directory.Path, "users.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.Delete(Path.Combine(directory.Path, "consents.json"));
        (exitCode, output, _) = await RunAsync(directory, "verify");
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.Contain("\nconsents.json: it is missing\n").And.Contain("\nusers.json: others can read or write it (mode 604)").And.Contain("'storage recover'"));

        (exitCode, output, _) = await RunAsync(directory, "recover");
        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.Match(@"\nThe files as they were are in '(before-recovery-[0-9TZ-]+)'; '[0-9TZ-]+\.quarantine' says once more what was wrong, with the damaged lines\.\nThe server can be started\.\n$"));
        Assert.That((await RunAsync(directory, "verify")).Output, Does.EndWith("Nothing is wrong.\n"));
    }

    [Test]
    public async Task Rights_that_are_too_wide_are_narrowed_by_a_recovery_that_replaces_nothing()
    {
        using var directory = new TemporaryDirectory();
        await CreateAsync(directory.Path);
        await RunAsync(directory, "compact");
        var before = Content(directory);
        var users = Path.Combine(directory.Path, "users.json");
        File.SetUnixFileMode(users, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var (exitCode, output, _) = await RunAsync(directory, "verify");
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.Contain("users.json: others can read or write it (mode 640)").And.EndsWith("\nThe next start mends that.\n"));
        (exitCode, output, _) = await RunAsync(directory, "recover");
        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.StartWith("users.json: others can read or write it (mode 640)").And.Not.Contain("as they were").And.EndsWith("The server can be started.\n"));
        Assert.That(File.GetUnixFileMode(users), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(Content(directory), Is.EqualTo(before));
        Assert.That((await RunAsync(directory, "recover")).Output, Is.EqualTo("Nothing is wrong, and nothing was changed.\n"));

        // Private all the same.
        File.SetUnixFileMode(users, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(directory.Path, File.GetUnixFileMode(directory.Path) | UnixFileMode.SetGroup);
        Assert.That((await RunAsync(directory, "verify")).Output, Does.EndWith("Nothing is wrong.\n"));
    }

    [Test]
    public async Task An_edit_is_taken_in_without_showing_what_it_says_or_refused_with_the_reason()
    {
        using var directory = new TemporaryDirectory();
        await CreateAsync(directory.Path);
        var path = Path.Combine(directory.Path, "clients.json");
        var original = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, original.Replace("\"client_id\":\"client\"", "\"client_id\":\"" + Format1Directory.PublicClient + "\"", StringComparison.Ordinal));
        var before = Content(directory);
        var (exitCode, output, errors) = await RunAsync(directory, "reseal", "clients.json");
        Assert.That((exitCode, errors), Is.EqualTo((1, "")));
        Assert.That(output, Does.Match("clients.json: the entries '[^']+' and '[^']+' have the same client id\nNothing was changed.\n"));
        Assert.That(Content(directory), Is.EqualTo(before));

        await File.WriteAllTextAsync(path, original.Replace("Example Client", "Exemplary Client", StringComparison.Ordinal));
        (exitCode, output, errors) = await RunAsync(directory, "reseal", "clients.json");
        Assert.That((exitCode, errors), Is.EqualTo((0, "")));
        Assert.That(output, Does.Match("^clients.json: changed 'qOtykXCaNOhsS5vvQHuTKQ'\nclients.json: written anew; the edited file is kept as 'clients\\.json\\..+\\.edited'\n").And.Not.Contain("Exemplary"));
        Assert.That(await File.ReadAllTextAsync(path), Does.Contain("Exemplary Client"));

        (exitCode, _, errors) = await RunAsync(directory, "reseal");
        Assert.That((exitCode, errors), Is.EqualTo((1, "Name the file that was edited, such as clients.json.\n")));

        // Settings may stand anywhere.
        (exitCode, output, errors) = await CommandRun.RunAsync(["storage", "reseal", $"--Identity:StorageDirectory={directory.Path}", "clients.json"]);
        Assert.That((exitCode, output, errors), Is.EqualTo((0, "No edit was found, and nothing was changed.\n", "")));
    }

    [Test]
    public async Task Damage_stops_the_server_and_after_a_recovery_it_starts()
    {
        using var sound = new TemporaryDirectory();
        await CreateAsync(sound.Path);
        var names = sound.Files.Where(name => !name.StartsWith('.') && !name.StartsWith("before", StringComparison.Ordinal)).ToList();
        var seed = Chance.ChooseSeed();
        await Parallel.ForEachAsync(Enumerable.Range(0, Samples), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (sample, _) =>
        {
            using var directory = new TemporaryDirectory();
            Copy(sound.Path, directory.Path);
            var chance = new Chance(seed).For(sample);
            var name = names[chance.Below(names.Count)];
            var path = Path.Combine(directory.Path, name);
            var content = await File.ReadAllBytesAsync(path, CancellationToken.None);
            var position = chance.Below(JournalSegment.TrimFilling(content).Length);
            if (name.StartsWith("journal", StringComparison.Ordinal))
            {
                // Behind it there is only what cannot be told from what was being written.
                position = Math.Min(position, content.AsSpan(0, JournalSegment.TrimFilling(content).Length - 1).LastIndexOf((byte)'\n'));
            }

            var isCut = sample % 2 is 0;
            content[position] ^= 1;
            await File.WriteAllBytesAsync(path, isCut ? content[..position] : content, CancellationToken.None);
            var what = $"sample {sample} of SEED={seed}: '{name}' {(isCut ? "cut" : "flipped")} at {position}";
            var before = Content(directory);

            var (exitCode, output, errors) = await ServerProcess.RunAsync(["--urls", "http://127.0.0.1:0", $"--Identity:StorageDirectory={directory.Path}"]);
            Assert.That((exitCode, output), Is.EqualTo((1, "")), what);
            Assert.That(errors, Does.Contain(name).And.Contain("Nothing was changed").And.EndsWith("\n").And.Not.Contain("   at "), what);
            Assert.That(errors.TrimEnd('\n'), Does.Not.Contain("\n"), what);
            Assert.That(Content(directory), Is.EqualTo(before), what);

            (exitCode, output, errors) = await RunAsync(directory, "recover");
            Assert.That((exitCode, errors), Is.EqualTo((0, "")), what);
            Assert.That(output, Does.Contain(name).And.EndsWith("The server can be started.\n"), what);
            await using var server = await ServerProcess.StartAsync($"--Identity:StorageDirectory={directory.Path}");
            using var http = server.CreateClient();
            Assert.That((await http.GetAsync("/health/ready", CancellationToken.None)).IsSuccessStatusCode, what);
        });
    }

    [Test]
    public async Task While_the_server_runs_or_without_a_directory_a_command_says_so_and_creates_nothing()
    {
        using var directory = new TemporaryDirectory();
        await CreateAsync(directory.Path);
        await using (StorageDirectory.Open(Options(directory.Path), Format1Directory.Definitions, TimeProvider.System, NullLogger<StorageDirectory>.Instance))
        {
            var (exitCode, output, errors) = await RunAsync(directory, "compact");
            Assert.That((exitCode, output), Is.EqualTo((1, "")));
            Assert.That(errors, Does.Contain($"in use by process {Environment.ProcessId} "));
        }

        using var nothing = new TemporaryDirectory();
        var refused = await RunAsync(nothing, "compact");
        Assert.That((refused.ExitCode, refused.Errors), Is.EqualTo((1, $"There is no storage directory '{nothing.Path}'.\n")));
        Assert.That(Directory.Exists(nothing.Path), Is.False);
    }

    [Test]
    public async Task The_server_itself_upgrades_an_older_directory_whatever_the_time_is()
    {
        using var directory = new TemporaryDirectory();
        Format1Directory.CopyTo(directory.Path);
        await using (var server = await ServerProcess.StartAsync($"--Identity:StorageDirectory={directory.Path}"))
        {
            Assert.That(server.Output, Does.Contain("had format 1 and was brought to format 2"));
            Assert.That(await server.StopAsync(), Is.Zero);
        }

        Assert.That(directory.Files, Does.Contain("before-upgrade-1/journal-1.jsonl").And.None.StartsWith("journal"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(directory.Path, "refresh_tokens.json")), Does.Contain("\"count\":8,"));
    }

    /// <summary>A directory of the server with entries in most collections, and a journal, since its server was killed.</summary>
    private static async Task CreateAsync(string path)
    {
        using var written = new TemporaryDirectory();
        Format1Directory.CopyTo(written.Path);
        await using var storage = StorageDirectory.Open(Options(written.Path), Format1Directory.Definitions, TimeProvider.System, NullLogger<StorageDirectory>.Instance);
        var scopes = storage.GetCollection(Collections.Scopes);
        await scopes.AddAsync(new() { Id = "read", Name = "read" });
        await scopes.AddAsync(new() { Id = "write", Name = "write" });
        await scopes.RemoveAsync(scopes.Find("read")!);
        Copy(written.Path, path);
    }

    private static FileSystemStorageOptions Options(string path) => new() { Directory = path, JournalChunk = 4_096 };

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(TemporaryDirectory directory, params string[] command)
        => CommandRun.RunAsync(["storage", .. command, $"--Identity:StorageDirectory={directory.Path}"]);

    private static List<string> Content(TemporaryDirectory directory) => [.. directory.Files.Where(name => !name.StartsWith('.'))
        .Select(name => $"{name} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(directory.Path, name))))}")];

    private static void Copy(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(path => !Path.GetFileName(path).StartsWith('.')))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new FileStream(target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            source.CopyTo(copy);
        }
    }
}
