using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>What somebody made of a file while the server ran is kept beside it before the file is written anew.</summary>
internal static partial class EditedCopy
{
    public static void Keep(IFileSystem files, string directory, string name, DateTimeOffset time, ILogger logger)
    {
        // A copy: without its file a collection would look lost after a kill at this moment.
        var path = Path.Combine(directory, name);
        var edited = Path.Combine(directory, files.FreeName(directory, $"{name}.{Timestamp.FormatName(time)}", DirectoryFiles.EditedEnding));
        files.Copy(path, edited);
        files.FlushFolder(directory);
        LogEdited(logger, path, edited);
    }

    [LoggerMessage(EventId = 1004, Level = LogLevel.Warning,
        Message = "'{Path}' was edited while the server ran. What the server holds is written in its place; the edited file is kept as '{Edited}'. " +
        "Stop the server before you edit its files.")]
    private static partial void LogEdited(ILogger logger, string path, string edited);
}
