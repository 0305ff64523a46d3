using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Creates the directory, and sees to it that only its owner can look inside (0700, files 0600).</summary>
internal static partial class DirectoryAccess
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <exception cref="StorageException">It is not a directory, or cannot be created, written to or made private.</exception>
    public static void Prepare(IFileSystem files, string directory)
    {
        if (File.Exists(directory))
        {
            throw new StorageException($"'{directory}' should be the storage directory but is a file. Move it away, or name another directory.");
        }

        if (new DirectoryInfo(directory).LinkTarget is { } target)
        {
            throw new StorageException($"'{directory}' is a symbolic link to '{target}'. Name that directory itself as the storage directory.");
        }

        try
        {
            files.CreateFolder(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The storage directory '{directory}' cannot be created: {exception.Message} " +
                "Give the user that runs the server the rights to it, or name another directory.", exception);
        }
    }

    /// <summary>Narrows whatever is wider than it should be, and says so.</summary>
    /// <exception cref="StorageException">It is wider and cannot be narrowed.</exception>
    public static void MakePrivate(string directory, ILogger logger)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var (path, allowed) in Expected(directory))
        {
            Narrow(path, allowed, logger);
        }
    }

    /// <summary>Names what others may read or write, and changes nothing.</summary>
    public static IReadOnlyList<StorageFinding> FindWiderRights(string directory)
    {
        List<StorageFinding> findings = [];
        if (!OperatingSystem.IsWindows())
        {
            foreach (var (path, allowed) in Expected(directory))
            {
                var mode = File.GetUnixFileMode(path);
                if ((mode & ~allowed) is not UnixFileMode.None)
                {
                    findings.Add(new StorageFinding(Path.GetRelativePath(directory, path), null,
                        $"others can read or write it (mode {Convert.ToString((int)mode, 8)}); the next start makes it private"));
                }
            }
        }

        return findings;
    }

    private static IEnumerable<(string Path, UnixFileMode Allowed)> Expected(string directory) =>
    [
        (directory, Owner),
        .. Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories).Select(folder => (folder, Owner)),
        .. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(file => (file, Owner & ~UnixFileMode.UserExecute)),
    ];

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void Narrow(string path, UnixFileMode allowed, ILogger logger)
    {
        var mode = File.GetUnixFileMode(path);
        if ((mode & ~allowed) is UnixFileMode.None)
        {
            return;
        }

        try
        {
            File.SetUnixFileMode(path, mode & allowed);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"'{path}' can be read or written by others and cannot be made private: {exception.Message} " +
                "Give it to the user that runs the server, with mode 0700 for folders and 0600 for files.", exception);
        }

        LogNarrowed(logger, path, Convert.ToString((int)mode, 8), Convert.ToString((int)(mode & allowed), 8));
    }

    [LoggerMessage(EventId = 1001, Level = LogLevel.Warning,
        Message = "'{Path}' could be read or written by others (mode {Mode}); it was made private ({NewMode}). Consider its secrets known.")]
    private static partial void LogNarrowed(ILogger logger, string path, string mode, string newMode);
}
