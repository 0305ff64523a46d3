namespace Identity.Stores.FileSystem.Storage;

/// <summary>What a person does to a directory that no server uses: check it, fold its journal, take in edits, save what is sound.</summary>
public static class StorageMaintenance
{
    /// <summary>
    /// Checks every checksum, that everything is there that should be, that unique keys are, that references lead somewhere, and
    /// that nobody else may look. Changes nothing.
    /// </summary>
    /// <param name="options">Where the directory is.</param>
    /// <param name="collections">All collections that it may hold.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What it holds, and what is wrong.</returns>
    /// <exception cref="StorageException">It does not exist, is in use, cannot be read, or a newer version or another program wrote it.</exception>
    public static StorageReport Verify(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time)
        => new OfflineDirectory(new PhysicalFileSystem(), options, collections, time).Verify();

    /// <summary>
    /// Takes what is sound as the new state. Everything that was there before is kept in a folder of its own; the damaged lines
    /// are in a quarantine file beside the new files. Interrupted, it can be run again.
    /// </summary>
    /// <param name="options">Where the directory is.</param>
    /// <param name="collections">All collections that it may hold.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What the directory holds now, and what could not be brought back.</returns>
    /// <exception cref="StorageException">It does not exist, is in use, cannot be read or written, or a newer version or another program wrote it.</exception>
    public static StorageReport Recover(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time)
        => new OfflineDirectory(new PhysicalFileSystem(), options, collections, time).Recover();

    /// <summary>
    /// Folds the journal into the collections' files, as a clean stop does, and leaves out what has expired and what a crash left
    /// behind. Interrupted, it can be run again.
    /// </summary>
    /// <param name="options">Where the directory is.</param>
    /// <param name="collections">All collections that it may hold.</param>
    /// <param name="time">The clock; one that has jumped makes nothing expire.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="StorageException">It does not exist, is in use, is damaged, or cannot be read or written.</exception>
    public static StorageCompaction Compact(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time)
        => new OfflineDirectory(new PhysicalFileSystem(), options, collections, time).Compact();

    /// <summary>
    /// Takes in what a person edited in files of collections: checks that it is valid, gives the entries that changed a new version, and
    /// writes the files anew with their checksums. The edited files are kept. Interrupted, it can be run again.
    /// </summary>
    /// <param name="options">Where the directory is.</param>
    /// <param name="collections">All collections that it may hold.</param>
    /// <param name="names">The collections that were edited, by their name or their file.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What was taken in, or why it was not.</returns>
    /// <exception cref="StorageException">It does not exist, is in use, is damaged elsewhere, or cannot be read or written.</exception>
    public static StorageReseal Reseal(
        FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, IEnumerable<string> names, TimeProvider time)
        => new OfflineDirectory(new PhysicalFileSystem(), options, collections, time).Reseal(names);
}
