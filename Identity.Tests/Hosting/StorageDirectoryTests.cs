using System.Net;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.Hosting;

/// <summary>Whose the storage directory is, as the person sees it who starts the server.</summary>
internal sealed class StorageDirectoryTests
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = PrivateFile | UnixFileMode.UserExecute;
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;

    // Root may write anywhere unless these rights are taken away; for anybody else there is nothing to take.
    private static readonly string[] WithoutPrivileges = Environment.UserName is "root"
        ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-dac_override,-dac_read_search,-fowner"]
        : [];

    [Test]
    public async Task A_second_process_is_told_who_holds_the_directory_and_a_killed_holder_is_no_obstacle()
    {
        await using var server = await ServerProcess.StartAsync();
        await AssertInUseAsync(server);
        var killed = server.Id;
        await server.KillAsync();
        Assert.That(await File.ReadAllTextAsync(Path.Combine(server.StorageDirectory, ".owner")), Does.Contain($":{killed},"), "nothing was tidied up");

        await server.StartAgainAsync();
        await AssertInUseAsync(server);
        using var client = server.CreateClient();
        Assert.That((await client.GetAsync("/health/ready")).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        File.Delete(Path.Combine(server.StorageDirectory, ".lock"));
        await AssertInUseAsync(server);
    }

    [Test]
    public async Task A_directory_in_which_nothing_can_be_written_ends_the_start_with_one_line()
    {
        using var root = new TemporaryDirectory();
        var existing = Directory.CreateDirectory(root.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute).FullName;
        var readOnly = Directory.CreateDirectory($"{root.Parent}/read-only", UnixFileMode.UserRead | UnixFileMode.UserExecute).FullName;
        await Task.WhenAll(
            AssertRefusedAsync(existing, $"'{existing}/.lock' cannot be opened: ", "must be able to write in that directory", launcher: WithoutPrivileges),
            AssertRefusedAsync($"{readOnly}/data", $"The storage directory '{readOnly}/data' cannot be created: ", "Give the user that runs the server the rights to it", launcher: WithoutPrivileges));
        Assert.That(root.Files, Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries(readOnly), Is.Empty);
    }

    [Test]
    public async Task Without_file_locks_the_directory_is_not_even_created()
    {
        using var root = new TemporaryDirectory();
        await AssertRefusedAsync(root.Path, $"The storage directory '{root.Path}' cannot be locked", "Unset DOTNET_SYSTEM_IO_DISABLEFILELOCKING",
            new() { ["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1" });
        Assert.That(Directory.Exists(root.Path), Is.False);
    }

    [Test]
    public async Task A_file_in_its_place_ends_the_start_with_one_line_and_stays_as_it_is()
    {
        using var root = new TemporaryDirectory();
        await File.WriteAllTextAsync(root.Path, "a file");
        await AssertRefusedAsync(root.Path, $"'{root.Path}' should be the storage directory but is a file", "Move it away");
        Assert.That(await File.ReadAllTextAsync(root.Path), Is.EqualTo("a file"));
    }

    [Test]
    public async Task Wide_rights_are_narrowed_and_reported_and_those_of_the_folder_above_are_its_owners_business()
    {
        await using var server = await TestServer.StartAsync();
        await server.StopAsync();
        var parent = Path.GetDirectoryName(server.StorageDirectory)!;
        string[] paths = [server.StorageDirectory, .. Directory.EnumerateFileSystemEntries(server.StorageDirectory, "*", SearchOption.AllDirectories)];
        foreach (var path in paths.Append(parent))
        {
            File.SetUnixFileMode(path, Everybody);
        }

        await server.StartAgainAsync();
        Assert.That(File.GetUnixFileMode(parent), Is.EqualTo(Everybody));
        foreach (var path in paths)
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(Directory.Exists(path) ? PrivateFolder : PrivateFile), path);
        }

        var warnings = server.Log.Entries.Where(entry => entry is { Event.Id: 1001, Level: LogLevel.Warning }).Select(entry => entry.Message).ToList();
        Assert.That(warnings, Has.Count.EqualTo(paths.Length));
        Assert.That(paths, Has.Length.GreaterThan(10).And.All.Matches<string>(path => warnings.Exists(warning => warning.StartsWith($"'{path}' could be read or written by others (mode 777)", StringComparison.Ordinal))));
    }

    [Test]
    public async Task A_directory_on_another_volume_than_the_temporary_files_serves_as_well()
    {
        var volume = new[] { "/dev/shm", AppContext.BaseDirectory }.First(folder => Device(folder) != Device(Path.GetTempPath()));
        var path = Path.Combine(volume, Path.GetRandomFileName());
        try
        {
            await using var server = await TestServer.StartAsync($"--Identity:StorageDirectory={path}");
            await server.RestartAsync();
            using var client = server.CreateClient();
            Assert.That((await client.GetAsync("/health/ready")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(File.Exists(Path.Combine(path, "clients.json")));
            Assert.That(Directory.Exists(server.StorageDirectory), Is.False, "nothing is anywhere else");
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static string? Device(string folder) => FileIdentity.Of(folder + Path.DirectorySeparatorChar)!.Value.Device;

    private static Task AssertInUseAsync(ServerProcess server)
        => AssertRefusedAsync(server.StorageDirectory, $"The storage directory '{server.StorageDirectory}' is in use by process {server.Id} on {Environment.MachineName} since ", "Stop that process first");

    private static async Task AssertRefusedAsync(
        string path, string beginning, string advice, Dictionary<string, string>? environment = null, string[]? launcher = null)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync(
            ["--urls", "http://127.0.0.1:0", $"--Identity:StorageDirectory={path}"], environment: environment, launcher: launcher);
        Assert.That((exitCode, output), Is.EqualTo((1, "")), errors);
        Assert.That(errors, Does.StartWith(beginning).And.Contain(advice));
        Assert.That(errors.IndexOf('\n', StringComparison.Ordinal), Is.EqualTo(errors.Length - 1), errors);
    }
}
