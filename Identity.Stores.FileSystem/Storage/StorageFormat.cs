namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// The version of how a directory is written; every file of it carries the same. In every version the first line of a file says
/// the version first and has its checksum in the same way, so that any program can tell a newer file from a damaged one.
/// </summary>
/// <remarks>
/// 2: segments of the journal end in a mark, the manifest says which were folded and which files are being written, and refresh
/// tokens that are spent have no payload. 1: none of that.
/// </remarks>
internal static class StorageFormat
{
    public const int Current = 2;

    public static StorageException Newer(string path, int format)
        => new($"'{path}' has format {format}, which a newer version wrote. Nothing was changed. Run that version, or restore a backup.");
}
