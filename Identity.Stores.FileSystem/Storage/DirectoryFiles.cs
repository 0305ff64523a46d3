namespace Identity.Stores.FileSystem.Storage;

/// <summary>What there is in a directory beside the collections and the journal, by its name.</summary>
internal static class DirectoryFiles
{
    /// <summary>How the names of folders begin that keep what was replaced.</summary>
    public const string KeptPrefix = "before-";

    /// <summary>How those begin that keep what a recovery replaced.</summary>
    public const string RecoveryPrefix = KeptPrefix + "recovery-";

    /// <summary>The ending of files that keep what could not be read.</summary>
    public const string QuarantineEnding = ".quarantine";

    /// <summary>The ending of a copy of a file that somebody edited.</summary>
    public const string EditedEnding = ".edited";

    /// <summary>The folders of the files that hosts keep beside the collections.</summary>
    public static IEnumerable<string> Folders(Manifest manifest)
        => manifest.Files.Keys.Concat(manifest.Pending.Keys).Select(name => Path.GetDirectoryName(name)!).Distinct(StringComparer.Ordinal);

    /// <summary>The folders there are, those aside that keep what was replaced, and those that are not the engine's.</summary>
    public static IEnumerable<string> Folders(IFileSystem files, string directory)
        => files.ListFolders(directory).Where(name => DirectoryContent.IsOurs(name) && !name.StartsWith(KeptPrefix, StringComparison.Ordinal));

    /// <summary>The files in folders, as <c>folder/name</c>; not those that are hidden or half written.</summary>
    public static IEnumerable<string> List(IFileSystem files, string directory, IEnumerable<string> folders)
        => folders.SelectMany(folder => files.ListFiles(Path.Combine(directory, folder)).Where(name => !name.StartsWith('.') && !IsLeftover(name)).Select(name => $"{folder}/{name}"));

    /// <summary>Whether a file keeps what could not be read, or what somebody edited, for a person to look at.</summary>
    public static bool IsSetAside(string name)
        => name.EndsWith(QuarantineEnding, StringComparison.Ordinal) || name.EndsWith(EditedEnding, StringComparison.Ordinal);

    /// <summary>Tells names under which the collections and the journal are kept.</summary>
    public static Func<string, bool> IsKeptBy(IReadOnlyCollection<CollectionDefinition> definitions)
        => name => JournalSegment.TryParse(name, out _) || definitions.Any(definition => definition.FileName == name);

    /// <summary>What was being written when the process ended.</summary>
    public static bool IsLeftover(string name)
        => name.EndsWith(FileSystemExtensions.TemporaryEnding, StringComparison.Ordinal) || name.EndsWith(DirectoryReplacement.NewEnding, StringComparison.Ordinal);
}
