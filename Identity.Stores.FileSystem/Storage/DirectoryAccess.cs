using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Sees to it that the directory may be used, and that only its owner can look inside (0700, files 0600).</summary>
internal static partial class DirectoryAccess
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Looks at the directory first, and creates it only where nothing speaks against it.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="isKept">Whether the engine has files of that name.</param>
    /// <exception cref="StorageException">It cannot be used; nothing was changed.</exception>
    public static void Prepare(IFileSystem files, string directory, Func<string, bool> isKept)
    {
        DirectoryLock.RefuseWithoutLocking(directory);
        DirectoryPlace.Check(files, directory);
        Check(files, directory, isKept);
        DirectoryPlace.Create(files, directory);
    }

    /// <summary>Looks at a directory that should be there, for who works on its files.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="isKept">Whether the engine has files of that name.</param>
    /// <exception cref="StorageException">It is not there or cannot be used; nothing was changed.</exception>
    public static void Inspect(IFileSystem files, string directory, Func<string, bool> isKept)
    {
        DirectoryLock.RefuseWithoutLocking(directory);
        DirectoryPlace.Check(files, directory);
        if (!Check(files, directory, isKept))
        {
            throw new StorageException($"There is no storage directory '{directory}'.");
        }
    }

    /// <summary>Narrows whatever is wider than it should be, and says so.</summary>
    /// <returns>What others could read or write.</returns>
    /// <exception cref="StorageException">It is wider and cannot be narrowed.</exception>
    public static IReadOnlyList<StorageFinding> MakePrivate(IFileSystem files, string directory, ILogger logger)
    {
        var wider = FindWider(files, directory).ToList();
        foreach (var (path, mode, allowed) in wider)
        {
            Narrow(files, path, mode, allowed, logger);
        }

        return Describe(directory, wider);
    }

    /// <summary>Names what others may read or write, and changes nothing.</summary>
    public static IReadOnlyList<StorageFinding> FindWiderRights(IFileSystem files, string directory)
        => Describe(directory, FindWider(files, directory));

    /// <returns>Whether the directory is there.</returns>
    private static bool Check(IFileSystem files, string directory, Func<string, bool> isKept)
    {
        try
        {
            if (!files.FolderExists(directory))
            {
                return false;
            }

            DirectoryContent.CheckEntries(files, directory, FileIdentity.CurrentUser);
            DirectoryContent.CheckFiles(files, directory, isKept);
            DirectoryContent.CheckFirstStart(files, directory, isKept);
            return true;
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            throw new StorageException($"The storage directory '{directory}' cannot be looked at: {exception.Message.TrimEnd('.')}. " +
                "Give the user that runs the server the rights to it, or name another directory (Identity:StorageDirectory or OAUTH_STORAGE_DIR).", exception);
        }
    }

    private static IEnumerable<(string Path, UnixFileMode Mode, UnixFileMode Allowed)> FindWider(IFileSystem files, string directory)
    {
        foreach (var (path, kind) in DirectoryContent.List(files, directory).Prepend((directory, EntryKind.Folder)))
        {
            if (files.GetMode(path) is { } mode && (mode & Others) is not UnixFileMode.None)
            {
                yield return (path, mode, kind is EntryKind.Folder ? Owner : Owner & ~UnixFileMode.UserExecute);
            }
        }
    }

    private static List<StorageFinding> Describe(string directory, IEnumerable<(string Path, UnixFileMode Mode, UnixFileMode Allowed)> wider)
        => [.. wider.Select(entry => new StorageFinding(Path.GetRelativePath(directory, entry.Path), null,
            $"others can read or write it (mode {Convert.ToString((int)entry.Mode, 8)}); the next start makes it private, and so does a recovery") { IsMendedByStart = true })];

    private static void Narrow(IFileSystem files, string path, UnixFileMode mode, UnixFileMode allowed, ILogger logger)
    {
        try
        {
            files.SetMode(path, mode & allowed);
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
