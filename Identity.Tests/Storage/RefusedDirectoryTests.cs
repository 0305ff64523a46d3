using System.Diagnostics;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Tests.Storage;

/// <summary>Places where no storage directory can be: the start is refused with one line that names the path, and leaves all as it was.</summary>
[TestFixture]
internal sealed class RefusedDirectoryTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly Refusal[] Refusals =
    [
        new("a file in its place", "data", "but is a file. Move it away", root => File.WriteAllText($"{root}/data", "mine")),
        new("a link to a directory", "data", "is a symbolic link to 'other'. Name that directory itself", root => Link(root, "data", "other")),
        new("a link with a slash behind it", "data/", "is a symbolic link to 'other'. Name that directory itself", root => Link(root, "data", "other")),
        new("a link to nothing", "data", "is a symbolic link to 'nowhere'", root => Link(root, "data", "nowhere")),
        new("a link to itself", "data", "is a symbolic link to 'data'", root => Link(root, "data", "data")),
        new("a path below a file", "file/data", "/file' is a file. Move it away", root => File.WriteAllText($"{root}/file", "mine")),
        new("a path below a link to nothing", "link/data", "/link' is a symbolic link to 'nowhere', which is no folder", root => Link(root, "link", "nowhere")),
        new("a name that is too long", new string('a', 256), "too long", _ => { }),
        new("a path that is too long", string.Join('/', Enumerable.Repeat(new string('a', 200), 21)), "too long", _ => { }),
        new("a pipe in its place", "data", "Move it away", root => Run("mkfifo", $"{root}/data")),
        new("somebody's project", "data", "holds 'Program.cs' and is no storage directory", root => Folder(root, "data", "Program.cs"), UnixFileMode.OtherRead | UnixFileMode.OtherExecute),
        new("somebody's file of that name", "data", "holds 'notes.json' and is no storage directory", root => Folder(root, "data", "notes.json"), UnixFileMode.OtherRead | UnixFileMode.OtherExecute),
        new("somebody's manifest", "data", "holds 'manifest.json' and is no storage directory", root => Folder(root, "data", "manifest.json"), UnixFileMode.OtherRead),
        new("keys alone", "data", "holds 'keys' and is no storage directory", root => Folder(root, "data/keys", "signing.json")),
        new("a file in place of a folder to come", "data", "holds 'keys' and is no storage directory", root => Folder(root, "data", "keys")),
        new("what an interrupted recovery left", "data", "A recovery of", root => Folder(root, "data/before-recovery-2026-11-24T080000Z", "notes.json")),
        new("a folder that all users share", "data", "is shared by all users", root => Folder(root, "data"), Private | UnixFileMode.StickyBit),
    ];

    // In a directory that was in use before.
    private static readonly Refusal[] Intrusions =
    [
        new("a link in place of a file", "notes.json", "is a symbolic link to '../elsewhere'", path => Elsewhere(path, move: true)),
        new("a link in place of a folder", "keys", "is a symbolic link to '../elsewhere'", path => Elsewhere(path, move: true)),
        new("a link in place of the lock", ".lock", "is a symbolic link to '../elsewhere'", path => Elsewhere(path, move: true)),
        new("a link where the owner's name will be written", ".owner", "is a symbolic link to '../elsewhere'", path => Elsewhere(path, move: false)),
        new("a link to another folder", "archive", "is a symbolic link to '../elsewhere'", path =>
        {
            Folder($"{Path.GetDirectoryName(path)}/..", "elsewhere/deep", "mine");
            File.CreateSymbolicLink(path, "../elsewhere");
        }),
        new("a link to nothing", "keys/old.json", "is a symbolic link to 'nowhere'", path => File.CreateSymbolicLink(path, "nowhere")),
        new("a pipe in place of a file", "notes.json", "is neither a file nor a folder", path =>
        {
            File.Delete(path);
            Run("mkfifo", path);
        }),
        new("a file in place of a folder", "keys", "should be a folder but is a file", path =>
        {
            Directory.Delete(path, recursive: true);
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead });
        }),
    ];

    [TestCase("notes.json")]
    [TestCase("manifest.json")]
    [TestCase("journal-1.jsonl")]
    public async Task A_folder_in_place_of_a_file_is_named_by_the_start_and_by_every_command(string name)
    {
        await using var directory = new NoteDirectory();
        await directory.Notes.AddAsync(new Note { Id = "one" });
        await using var killed = directory.AsAfterKill();
        var path = killed.File(name);
        File.Move(path, killed.File("moved away"));
        Directory.CreateDirectory(path, Private);
        var before = Describe(killed.Path);
        foreach (var work in (Action[])[() => killed.Open(), () => killed.Verify(), () => killed.Recover(), () => killed.Compact(), () => killed.Reseal("notes")])
        {
            AssertRefused(Assert.Throws<StorageException>(() => work())!, path, "should be a file but is a folder. Nothing was changed. Move it out");
            Assert.That(Describe(killed.Path), Is.EqualTo(before));
        }

        Directory.Delete(path);
        killed.Recover();
        Assert.That(killed.Notes.Find("one"), name is "journal-1.jsonl" ? Is.Null : Is.Not.Null);
    }

    [TestCaseSource(nameof(Refusals))]
    public void A_place_that_cannot_be_the_storage_directory_is_refused(Refusal refusal)
    {
        using var root = new TemporaryDirectory();
        refusal.Prepare(root.Parent);
        var path = $"{root.Parent}/{refusal.Path}";
        if (refusal.Mode is not UnixFileMode.None)
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | refusal.Mode);
        }

        var before = Describe(root.Parent);
        var exception = Assert.Throws<StorageException>(() => Open(path));
        AssertRefused(exception!, path.TrimEnd('/'), refusal.Message);
        Assert.That(Describe(root.Parent), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(Intrusions))]
    public async Task What_does_not_belong_into_the_directory_is_neither_followed_nor_touched(Refusal intrusion)
    {
        using var root = new TemporaryDirectory();
        var path = root.Path;
        await using (var storage = Open(path))
        {
            storage.WriteFile("keys", "signing.json", "{}"u8);
        }

        intrusion.Prepare($"{path}/{intrusion.Path}");
        var before = Describe(root.Parent);
        var exception = Assert.Throws<StorageException>(() => Open(path));
        AssertRefused(exception!, $"{path}/{intrusion.Path}", intrusion.Message);
        Assert.That(Describe(root.Parent), Is.EqualTo(before));
    }

    [TestCase("")]
    [TestCase("notes.json")]
    [TestCase("keys")]
    [TestCase("keys/signing.json")]
    public async Task What_belongs_to_somebody_else_is_refused_also_by_a_user_who_may_read_it(string name)
    {
        using var root = new TemporaryDirectory();
        await using (var storage = Open(root.Path))
        {
            storage.WriteFile("keys", "signing.json", "{}"u8);
        }

        var user = FileIdentity.CurrentUser!.Value;
        var before = Describe(root.Parent);
        var other = Assert.Throws<StorageException>(() => DirectoryContent.CheckEntries(new PhysicalFileSystem(), root.Path, user + 1));
        AssertRefused(other!, root.Path, $"belongs to user {user}, and this process runs as user {user + 1}");

        // Only root can give a file away.
        if (user is 0)
        {
            var path = Path.Combine(root.Path, name);
            Run("chown", "65534", path);
            before = Describe(root.Parent);
            AssertRefused(Assert.Throws<StorageException>(() => Open(root.Path))!, path, "belongs to user 65534, and this process runs as user 0");
        }

        Assert.That(Describe(root.Parent), Is.EqualTo(before));
    }

    [Test]
    public void The_commands_that_check_and_mend_look_as_closely()
    {
        using var root = new TemporaryDirectory();
        Link(root.Parent, ".oauth_data", "other");
        Assert.That(() => StorageMaintenance.Verify(new() { Directory = root.Path }, [], TimeProvider.System), Throws.InstanceOf<StorageException>().With.Message.Contains("symbolic link"));
        Assert.That(() => StorageMaintenance.Recover(new() { Directory = root.Path }, [], TimeProvider.System), Throws.InstanceOf<StorageException>().With.Message.Contains("symbolic link"));
        Assert.That(() => StorageMaintenance.Verify(new() { Directory = root.Path + "x" }, [], TimeProvider.System), Throws.InstanceOf<StorageException>().With.Message.Contains("There is no storage directory"));
    }

    [TestCase("notes.json")]
    [TestCase("manifest.json")]
    public void They_do_not_take_over_what_belongs_to_another_program(string name)
    {
        using var root = new TemporaryDirectory();
        Folder(root.Parent, ".oauth_data", name);
        var before = Describe(root.Parent);
        var options = new FileSystemStorageOptions { Directory = root.Path };
        CollectionDefinition[] definitions = [new CollectionDefinition<Note>("notes") { Json = NoteJson.Default.Note }];
        foreach (var command in (Action[])[
            () => StorageMaintenance.Verify(options, definitions, TimeProvider.System),
            () => StorageMaintenance.Recover(options, definitions, TimeProvider.System),
            () => StorageMaintenance.Compact(options, definitions, TimeProvider.System),
            () => StorageMaintenance.Reseal(options, definitions, ["notes"], TimeProvider.System)])
        {
            Assert.That(() => command(), Throws.InstanceOf<StorageException>().With.Message.Contains("is no storage directory"));
            Assert.That(Describe(root.Parent), Is.EqualTo(before));
        }
    }

    [Test]
    public async Task What_is_refused_as_damaged_keeps_its_modes()
    {
        using var root = new TemporaryDirectory();
        await Open(root.Path).DisposeAsync();
        var path = Path.Combine(root.Path, "notes.json");
        await File.WriteAllTextAsync(path, "damaged");
        File.SetUnixFileMode(path, Private | UnixFileMode.OtherRead);
        Assert.That(() => Open(root.Path), Throws.InstanceOf<StorageException>().With.Message.Contains("Nothing was changed"));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(Private | UnixFileMode.OtherRead));
    }

    [Test]
    public async Task A_recovery_puts_aside_what_stands_in_the_place_of_a_folder()
    {
        await using var directory = new NoteDirectory();
        directory.Storage.WriteFile("keys", "signing.json", "{}"u8);
        await directory.CloseAsync();
        Directory.Delete(directory.File("keys"), recursive: true);
        await File.WriteAllTextAsync(directory.File("keys"), "mine");
        Assert.That(directory.Recover().Findings.Select(finding => finding.File), Does.Contain("keys"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(Directory.GetDirectories(directory.Path, "before-recovery-*").Single(), "keys")), Is.EqualTo("mine"));
        directory.Storage.WriteFile("keys", "signing.json", "{}"u8);
    }

    [Test]
    public void Hidden_folders_are_not_taken_for_kept_files_by_a_recovery_or_an_upgrade()
    {
        using var notes = new MemoryNotes();
        _ = notes.Open();
        notes.Files = notes.Files.AfterKill();
        notes.Files["manifest.json"] = "damaged"u8.ToArray();
        notes.Files[".git/HEAD"] = notes.Files["lost+found/1"] = "one"u8.ToArray();
        notes.Recover();
        notes.Files[".git/HEAD"] = notes.Files["lost+found/1"] = "another"u8.ToArray();
        Assert.That(notes.Verify().Findings, Is.Empty);
        _ = notes.Open();

        var older = Format1Directory.InMemory(notes.Root);
        older[".git/HEAD"] = "one"u8.ToArray();
        _ = Format1Directory.Open(older, notes.Root);
        older = older.AfterKill();
        older[".git/HEAD"] = "another"u8.ToArray();
        Assert.That(() => Format1Directory.Open(older, notes.Root), Throws.Nothing);
    }

    [Test]
    public async Task Hidden_files_of_somebody_else_are_left_alone()
    {
        using var root = new TemporaryDirectory();
        Folder(root.Path, ".git/hooks", "pre-commit");
        File.CreateSymbolicLink($"{root.Path}/.profile", "../profile");
        Folder(root.Path, "lost+found");
        File.SetUnixFileMode(root.Path, Private | UnixFileMode.OtherRead);
        File.SetUnixFileMode($"{root.Path}/.git/hooks/pre-commit", Private | UnixFileMode.OtherExecute);
        var before = Describe($"{root.Path}/.git");
        await Open(root.Path).DisposeAsync();
        await Open(root.Path).DisposeAsync();
        Assert.That(Describe($"{root.Path}/.git"), Is.EqualTo(before));
        Assert.That(File.GetUnixFileMode(root.Path), Is.EqualTo(Private));
    }

    [Test]
    public async Task A_path_through_a_link_to_a_folder_is_a_path_like_others()
    {
        using var root = new TemporaryDirectory();
        Link(root.Parent, "link", "other");
        await Open($"{root.Parent}/link/data/").DisposeAsync();
        Assert.That(Directory.Exists($"{root.Parent}/other/data"));
    }

    [Test]
    public async Task The_names_of_all_folders_that_were_created_are_flushed_before_anything_is_kept_in_them()
    {
        using var root = new TemporaryDirectory();
        var files = new FaultyFileSystem();
        await Open($"{root.Parent}/one/two/three", files).DisposeAsync();
        var before = files.Calls.TakeWhile(call => !(call.Name is "CreateFile" && Path.GetFileName(call.Path).StartsWith("manifest", StringComparison.Ordinal)));
        Assert.That(
            before.Where(call => call.Name is "FlushFolder").Select(call => Path.GetRelativePath(root.Parent, call.Path)), Is.EquivalentTo(new[] { ".", "one", "one/two" }));
    }

    [Test]
    public async Task The_folders_above_an_empty_directory_are_flushed_as_far_as_its_user_may_open_them()
    {
        using var root = new TemporaryDirectory();
        Directory.CreateDirectory($"{root.Parent}/one/two", Private);
        var files = new FaultyFileSystem { DecideCall = call => call.Name is "FlushFolder" && call.Path == root.Parent ? Fault.Denied : Fault.None };
        for (var start = 0; start < 2; start++)
        {
            files.Reset();
            await Open($"{root.Parent}/one/two", files).DisposeAsync();
            var above = files.Calls.Where(call => call.Name is "FlushFolder" && call.Path.Length < $"{root.Parent}/one/two".Length).Select(call => Path.GetRelativePath(root.Parent, call.Path));
            Assert.That(above, Is.EqualTo(start is 0 ? new[] { "one", "." } : []), "at the first start alone");
        }
    }

    private static StorageDirectory Open(string path, IFileSystem? files = null) => StorageDirectory.Open(
        files ?? new PhysicalFileSystem(), new() { Directory = path }, [new CollectionDefinition<Note>("notes") { Json = NoteJson.Default.Note }], TimeProvider.System, NullLogger.Instance);

    private static void AssertRefused(StorageException exception, string path, string message)
    {
        Assert.That(exception.Message, Does.Contain($"'{path}'").And.Contain(message).And.Not.Contain('\n'));
        Assert.That(exception.Message, Does.Match(@"[a-z)']\.( [A-Z].*)\.$"), "it ends with what to do");
    }

    /// <summary>Everything below a folder: names, kinds, modes, targets of links and contents.</summary>
    private static List<string> Describe(string folder)
    {
        List<string> lines = [];
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var identity = FileIdentity.Of(entry.FullName)!.Value;
            var content = identity.Kind switch
            {
                EntryKind.Link => entry.LinkTarget,
                EntryKind.File => Convert.ToHexString(File.ReadAllBytes(entry.FullName)),
                _ => "",
            };
            lines.Add($"{entry.FullName} {identity} {(identity.Kind is EntryKind.Link ? null : entry.UnixFileMode)} {content}");
            if (identity.Kind is EntryKind.Folder)
            {
                lines.AddRange(Describe(entry.FullName));
            }
        }

        return lines;
    }

    private static string Folder(string root, string path, string? file = null)
    {
        var folder = Directory.CreateDirectory($"{root}/{path}").FullName;
        if (file is not null)
        {
            File.WriteAllText($"{folder}/{file}", "mine");
        }

        return folder;
    }

    private static void Link(string root, string name, string target)
    {
        Folder(root, "other");
        File.CreateSymbolicLink($"{root}/{name}", target);
    }

    /// <summary>Puts a link in the place of something, which is elsewhere from then on.</summary>
    private static void Elsewhere(string path, bool move)
    {
        var elsewhere = $"{Path.GetDirectoryName(path)}/../elsewhere";
        if (move)
        {
            Directory.Move(path, elsewhere);
        }
        else
        {
            File.WriteAllText(elsewhere, "precious");
        }

        File.CreateSymbolicLink(path, "../elsewhere");
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}");
    }

    public sealed record Refusal(string Name, string Path, string Message, Action<string> Prepare, UnixFileMode Mode = UnixFileMode.None)
    {
        public override string ToString() => Name;
    }
}
