namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// File systems that are on another machine. A lock may hold on one machine only there, a flush may be answered from a cache, and a
/// file may be replaced under a reader: none of the engine's promises can be kept.
/// </summary>
internal static class NetworkFileSystems
{
    private const string MountTable = "/proc/self/mountinfo";

    // As the kernel, or macOS, names them. Those that a program of the user's provides ("fuse.sshfs") are named by that program.
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "nfs", "nfs3", "nfs4",
        "cifs", "smb", "smb2", "smb3", "smbfs", "smbnetfs",
        "afs", "afpfs", "coda", "ncp", "ncpfs",
        "webdav", "davfs", "davfs2", "curlftpfs", "ftpfs", "sshfs",
        "ceph", "ceph-fuse", "glusterfs", "lustre", "gpfs", "beegfs", "beegfs_nodev", "orangefs", "pvfs2", "moosefs", "mfs", "lizardfs", "juicefs", "seaweedfs",
        "s3fs", "goofys", "mount-s3", "gcsfuse", "blobfuse", "blobfuse2", "rclone", "hdfs", "fuse_dfs", "onedriver",
    };

    /// <param name="name">The file system's name: <c>ext4</c>, <c>nfs4</c>, <c>fuse.sshfs</c>.</param>
    public static bool Contains(string name)
        => Names.Contains(name.StartsWith("fuse.", StringComparison.OrdinalIgnoreCase) ? name["fuse.".Length..] : name);

    /// <summary>The name of the file system that a folder is on; null where that cannot be found out.</summary>
    public static string? NameOf(string folder)
    {
        try
        {
            // With a separator at its end, a link to a folder is that folder.
            return OperatingSystem.IsLinux()
                ? FileIdentity.Of(folder + Path.DirectorySeparatorChar)?.Device is { } device ? FindName(File.ReadLines(MountTable), device) : null
                : OfDrive(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Finds a device in the mount table: <c>36 35 98:0 /root /mount options - ext4 source options</c>.</summary>
    /// <param name="mounts">The lines of the table.</param>
    /// <param name="device">The device, <c>98:0</c>.</param>
    public static string? FindName(IEnumerable<string> mounts, string device)
    {
        foreach (var line in mounts)
        {
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-");
            if (fields.Length > 3 && fields[2] == device && separator > 0 && separator + 1 < fields.Length)
            {
                return fields[separator + 1];
            }
        }

        return null;
    }

    private static string? OfDrive(string path)
    {
        if (path.StartsWith(@"\\", StringComparison.Ordinal))
        {
            return "smb";
        }

        var drive = new DriveInfo(path);
        return drive.DriveType is DriveType.Network ? "smb" : drive.DriveFormat;
    }
}
