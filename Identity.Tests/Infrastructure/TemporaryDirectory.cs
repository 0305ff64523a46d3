namespace Identity.Tests.Infrastructure;

/// <summary>A path below the system's temporary directory, deleted when the test is over. Nothing is created at it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("identity-").FullName;

    /// <summary>Where the server under test may create its directory; a server that is started in <see cref="Parent"/> does so by itself.</summary>
    public string Path => System.IO.Path.Combine(_root, ".oauth_data");

    /// <summary>A directory with nothing in it.</summary>
    public string Parent => _root;

    /// <summary>The names of all files, relative to <see cref="Path"/>.</summary>
    public IReadOnlyList<string> Files => Directory.Exists(Path)
        ? [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Select(file => System.IO.Path.GetRelativePath(Path, file)).Order(StringComparer.Ordinal)]
        : [];

    /// <inheritdoc />
    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
        {
            // A link leads out of here, and what is there is not this test's to change.
            var withoutLinks = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint };
            foreach (var directory in Directory.EnumerateDirectories(_root, "*", withoutLinks).Prepend(_root))
            {
                File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        Directory.Delete(_root, recursive: true);
    }
}
