namespace Identity.Stores.FileSystem.Storage;

/// <summary>Looks at where the directory is, or shall be, before anything is opened or created there.</summary>
internal static class DirectoryPlace
{
    private const string NameAnother = "name another directory (Identity:StorageDirectory or OAUTH_STORAGE_DIR)";

    /// <summary>The path as everything below has it: absolute, and without a separator at the end, behind which a link would not show.</summary>
    public static string Resolve(string directory) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));

    /// <exception cref="StorageException">It is no place for a storage directory. Nothing was changed.</exception>
    public static void Check(IFileSystem files, string directory)
    {
        try
        {
            var existing = FindExisting(files, directory);
            if (files.GetFormat(existing) is { } format && NetworkFileSystems.Contains(format))
            {
                throw new StorageException($"The storage directory '{directory}' would be on a network file system ({format}), where locks and flushes " +
                    $"cannot be relied on. Use a local disk: {NameAnother}.");
            }
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            throw new StorageException($"The storage directory '{directory}' cannot be used: {exception.Message.TrimEnd('.')}. " +
                $"Give the user that runs the server the rights to it, or {NameAnother}.", exception);
        }
    }

    /// <summary>Creates the directory. Its name is durable afterwards, before anything in it is told of.</summary>
    /// <exception cref="StorageException">It cannot be created.</exception>
    public static void Create(IFileSystem files, string directory)
    {
        try
        {
            var existing = FindExisting(files, directory);
            files.CreateFolder(directory);
            for (var created = directory; created.Length > existing.Length; created = Path.GetDirectoryName(created)!)
            {
                files.FlushFolder(Path.GetDirectoryName(created)!);
            }

            if (existing == directory && !files.FileExists(Path.Combine(directory, Manifest.FileName)))
            {
                FlushAbove(files, directory);
            }
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            throw new StorageException($"The storage directory '{directory}' cannot be created: {exception.Message} " +
                $"Give the user that runs the server the rights to it, or {NameAnother}.", exception);
        }
    }

    /// <summary>A first start may have created the directory and been killed before it had flushed the names of the folders.</summary>
    private static void FlushAbove(IFileSystem files, string directory)
    {
        try
        {
            for (var folder = Path.GetDirectoryName(directory); folder is not null; folder = Path.GetDirectoryName(folder))
            {
                files.FlushFolder(folder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It did not create the folders in one that it cannot open, or that cannot be flushed.
        }
    }

    /// <summary>The directory, or the nearest folder above it that exists.</summary>
    private static string FindExisting(IFileSystem files, string directory)
    {
        for (var path = directory; ; path = Path.GetDirectoryName(path) ?? throw new IOException("There is no such drive"))
        {
            var identity = files.Identify(path);
            switch (identity?.Kind)
            {
                case null:
                    continue;
                case EntryKind.Folder:
                    return path;
                case EntryKind.Link when path != directory && files.FolderExists(path):
                    return path;
                case EntryKind.Link when path == directory:
                    throw new StorageException($"'{directory}' is a symbolic link to '{identity.Value.Target}'. Name that directory itself as the storage directory.");
                case EntryKind.Link:
                    throw new StorageException($"The storage directory '{directory}' cannot be created: '{path}' is a symbolic link to " +
                        $"'{identity.Value.Target}', which is no folder. Mend the link, or {NameAnother}.");
                default:
                    throw new StorageException(path == directory
                        ? $"'{directory}' should be the storage directory but is a file. Move it away, or {NameAnother}."
                        : $"The storage directory '{directory}' cannot be created: '{path}' is a file. Move it away, or {NameAnother}.");
            }
        }
    }
}
