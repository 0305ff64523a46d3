namespace Identity.Stores.FileSystem;

/// <summary>Where the files are, and how they are kept.</summary>
public sealed class FileSystemStorageOptions
{
    /// <summary>
    /// The directory, absolute or relative to the current one; created if it does not exist. It must be on a local file
    /// system.
    /// </summary>
    public string Directory { get; set; } = ".oauth_data";

    /// <summary>
    /// How far the clock may be from the newest record, and jump ahead while the directory is open, for expired entries to be dropped; 24 hours
    /// unless set. Set it to the lifetime of a refresh token: a clock that jumped further hides entries but erases none, until the
    /// process has run for that long.
    /// </summary>
    public TimeSpan ExpiryTolerance { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How much journal, in bytes, may gather before it is folded into the collections' files; 64 MiB unless set. With larger
    /// collections it may grow to their size, so that a write costs the same however much is kept.
    /// </summary>
    public long SnapshotThreshold { get; set; } = 64 * 1_024 * 1_024;

    /// <summary>By how many bytes the journal's files grow; only a test that looks at each byte wants another value.</summary>
    internal int JournalChunk { get; set; } = 1_024 * 1_024;
}
