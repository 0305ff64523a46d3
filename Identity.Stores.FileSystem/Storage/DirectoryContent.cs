namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// What a directory holds, links not followed. Hidden entries are not the engine's, its lock aside (<c>.git</c>, say, or what a
/// home directory has): they are neither looked at nor touched, and the mode of the directory guards them.
/// </summary>
internal static class DirectoryContent
{
    // The file system's own, at the top of a disk.
    private const string LostAndFound = "lost+found";

    /// <summary>Whether the engine looks at an entry of that name.</summary>
    public static bool IsOurs(string name)
        => name is not LostAndFound && (name[0] is not '.' || name is DirectoryLock.FileName or DirectoryLock.OwnerFileName);

    /// <summary>Everything in the directory, and in the folders there.</summary>
    public static IEnumerable<(string Path, EntryKind Kind)> List(IFileSystem files, string directory)
        => Identify(files, directory).Select(entry => (entry.Path, entry.Identity.Kind));

    /// <param name="files">The file system.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="user">The user as whom this process runs, to whom all of it must belong; null where that is not known.</param>
    /// <exception cref="StorageException">It belongs to somebody else, or something in it is neither a file nor a folder. Nothing was changed.</exception>
    public static void CheckEntries(IFileSystem files, string directory, uint? user)
    {
        CheckOwner(directory, directory, files.Identify(directory), user);
        foreach (var (path, identity) in Identify(files, directory))
        {
            switch (identity.Kind)
            {
                case EntryKind.Link:
                    throw new StorageException($"'{path}' is a symbolic link to '{identity.Target}'. Files are replaced when they are written, " +
                        "which would leave what it points to behind. Put the file or folder itself in its place.");
                case EntryKind.Other:
                    throw new StorageException($"'{path}' is neither a file nor a folder. Move it out of the storage directory.");
            }

            CheckOwner(directory, path, identity, user);
        }
    }

    /// <param name="files">The file system.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="isKept">Whether the engine has files of that name.</param>
    /// <exception cref="StorageException">A folder stands in the place of a file. Nothing was changed.</exception>
    public static void CheckFiles(IFileSystem files, string directory, Func<string, bool> isKept)
    {
        if (files.ListFolders(directory).FirstOrDefault(name => name is Manifest.FileName or DirectoryReplacement.PlanName || isKept(name)) is { } folder)
        {
            throw new StorageException($"'{Path.Combine(directory, folder)}' should be a file but is a folder. Nothing was changed. Move it out of the storage directory, " +
                "and put the file back, restore the directory from a backup, or go on with what is sound ('storage recover').");
        }
    }

    /// <summary>Tells a directory for a first start from one that is not the engine's to use.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="isKept">Whether the engine has files of that name.</param>
    /// <exception cref="StorageException">It has content, but neither a manifest nor anything that was written by the engine. Nothing was changed.</exception>
    public static void CheckFirstStart(IFileSystem files, string directory, Func<string, bool> isKept)
    {
        // In this order: whoever is creating the directory at this moment writes the manifest first.
        var names = files.ListFiles(directory).Concat(files.ListFolders(directory)).Where(IsForeign).Order(StringComparer.Ordinal).ToList();
        if (DirectoryReplacement.IsPending(files, directory) || HoldsManifest(files, directory))
        {
            return;
        }

        // What lost its manifest is refused by whoever reads it, who can say what to do.
        if (names.Exists(name => isKept(name) && HoldsSoundLine(files, Path.Combine(directory, name))))
        {
            return;
        }

        if (names.Find(name => name.StartsWith(DirectoryFiles.RecoveryPrefix, StringComparison.Ordinal)) is { } aside)
        {
            throw new StorageException($"A recovery of '{directory}' was interrupted when it had moved the files to '{aside}'. Nothing was changed. " +
                "Move them back, and run 'storage recover' again.");
        }

        if (names is [var foreign, ..])
        {
            throw new StorageException($"'{directory}' holds '{foreign}' and is no storage directory: there is no '{Manifest.FileName}' of one in it, and nothing that one would keep. " +
                "Nothing was changed. Name a directory that is empty or does not exist yet.");
        }

        if (files.GetMode(directory) is { } mode && mode.HasFlag(UnixFileMode.StickyBit))
        {
            throw new StorageException($"'{directory}' is shared by all users of this machine (mode 1777 or the like), and a storage directory is private. Name a directory below it.");
        }
    }

    /// <summary>Other programs have files of that name, too.</summary>
    private static bool HoldsManifest(IFileSystem files, string directory)
    {
        try
        {
            return Manifest.Read(files, directory) is not null;
        }
        catch (StorageException exception)
        {
            // A newer one is one.
            return exception.Damage is null;
        }
    }

    private static bool HoldsSoundLine(IFileSystem files, string path)
    {
        using var lines = new LineReader(files.OpenRead(path));
        while (lines.TryRead(out var line))
        {
            if (ChecksummedLine.IsIntact(line.TrimEnd(","u8), "}"u8) || SnapshotReader.ParseHead(line) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<(string Path, FileIdentity Identity)> Identify(IFileSystem files, string directory)
    {
        foreach (var name in files.ListFolders(directory).Concat(files.ListFiles(directory)).Where(IsOurs))
        {
            var path = Path.Combine(directory, name);

            // What has gone meanwhile was a temporary file of the process that holds the directory, as the lock will tell.
            if (files.Identify(path) is { } identity)
            {
                yield return (path, identity);
                foreach (var inner in identity.Kind is EntryKind.Folder ? Identify(files, path) : [])
                {
                    yield return inner;
                }
            }
        }
    }

    private static bool IsForeign(string name)
        => name[0] is not '.' && name is not LostAndFound && !DirectoryFiles.IsLeftover(name);

    private static void CheckOwner(string directory, string path, FileIdentity? identity, uint? user)
    {
        if (user is { } current && identity?.Owner is { } owner && owner != current)
        {
            throw new StorageException($"'{path}' belongs to user {owner}, and this process runs as user {current}: one of them could not read what the other writes. " +
                $"Run it as user {owner}, or give the whole directory to user {current} (chown -R {current} '{directory}').");
        }
    }
}
