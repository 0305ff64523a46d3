namespace Identity.Stores.FileSystem.Storage;

/// <summary>Every call by which the engine touches the disk, so that a test can make each of them fail.</summary>
internal interface IFileSystem
{
    /// <summary>Locks a file for this process, until the result is disposed; the file is created unless it exists.</summary>
    /// <returns>Null where another process has locked it.</returns>
    /// <exception cref="NotSupportedException">Locks have no effect there.</exception>
    IDisposable? TryLock(string path);

    bool FileExists(string path);

    /// <summary>Whether there is a folder, or a link to one.</summary>
    bool FolderExists(string path);

    /// <summary>What stands under a name; null where there is nothing.</summary>
    FileIdentity? Identify(string path);

    /// <summary>Who may do what with a file or a folder; null where the system has no such thing.</summary>
    UnixFileMode? GetMode(string path);

    void SetMode(string path, UnixFileMode mode);

    /// <summary>The names of everything in a folder that is no folder, ordered; none where the folder does not exist.</summary>
    IReadOnlyList<string> ListFiles(string folder);

    /// <summary>The names of the folders in a folder, and of links to folders, ordered; none where the folder does not exist.</summary>
    IReadOnlyList<string> ListFolders(string folder);

    /// <summary>Creates a folder that only its owner may enter (0700), durably, unless it exists.</summary>
    void CreateFolder(string path);

    /// <summary>Creates a file that only its owner may read and write (0600); fails where one exists.</summary>
    IWritableFile CreateFile(string path);

    Stream OpenRead(string path);

    /// <summary>Puts a file in the place of another, which is replaced in one step.</summary>
    void Rename(string from, string to);

    void Delete(string path);

    /// <summary>Opens a file that exists, to overwrite a part of it.</summary>
    IWritableFile OpenFile(string path);

    /// <summary>Makes created, renamed and deleted names in a folder durable.</summary>
    void FlushFolder(string path);

    /// <summary>Size and time of the last write, by which an edit by somebody else is noticed.</summary>
    FileStamp GetStamp(string path);

    /// <summary>The name of the file system that a folder is on, such as <c>ext4</c>; null where there is none to name.</summary>
    string? GetFormat(string folder);
}

internal readonly record struct FileStamp(long Length, DateTime LastWrite);

internal interface IWritableFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes what was written durable (fsync).</summary>
    void Flush();
}
