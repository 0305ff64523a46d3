namespace Identity.Stores.FileSystem.Storage;

/// <summary>A file that is not as it was written, or is not there: what a report says of it, while the exception is for whoever starts the program.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">The line in it, from 1, where it is about one.</param>
/// <param name="Problem">What is wrong with it.</param>
internal sealed record FileDamage(string Path, long? Line, string Problem)
{
    private const string Advice = "Nothing was changed. Restore the directory from a backup, or go on with what is sound ('storage recover').";

    public static StorageException AtLine(string path, long line, string problem)
        => Create(path, line, problem, FormattableString.Invariant($"'{path}' is damaged at line {line}: {problem}. {Advice}"));

    public static StorageException Whole(string path, string problem)
        => Create(path, null, problem, $"'{path}' is damaged or was edited: {problem}. {Advice}");

    /// <summary>A collection's file, which a person may have changed on purpose.</summary>
    public static StorageException Collection(string path, long line, string problem) => Create(path, line, problem, FormattableString.Invariant(
        $"'{path}' is damaged or was edited at line {line}: {problem}. {Advice} If you edited it on purpose, 'storage reseal' takes it in."));

    public static StorageException Missing(string path) => Create(path, null, "it is missing",
        $"'{path}' is missing, though '{Manifest.FileName}' names it. Nothing was changed. " +
        "Put the file back, restore the directory from a backup, or go on with what is sound ('storage recover').");

    public static StorageException NoFolder(string path) => Create(path, null, "it should be a folder",
        $"'{path}' should be a folder but is a file. Nothing was changed. Put the folder back, or restore the directory from a backup.");

    public static StorageException LostManifest(string path, string present) => Create(path, null, "it is missing",
        $"'{path}' is missing, but '{present}' is there. Nothing was changed. " +
        "Put the manifest back, restore the directory from a backup, or go on with what is sound ('storage recover').");

    public static StorageException Unnamed(string path) => Create(path, null, $"it is there, but '{Manifest.FileName}' does not name it",
        $"'{path}' is there, but '{Manifest.FileName}' does not name it: one of them is from another time, or somebody put it there. Nothing was changed. " +
        "Move the file away, restore the directory from a backup, or go on with what is sound ('storage recover').");

    public static StorageException FromAnotherTime(string path, string problem) => Create(path, null, problem,
        $"'{path}' {problem}: it is a copy from another time. Nothing was changed. Restore the whole directory from one backup, not single files.");

    private static StorageException Create(string path, long? line, string problem, string message)
        => new(message) { Damage = new FileDamage(path, line, problem) };
}
