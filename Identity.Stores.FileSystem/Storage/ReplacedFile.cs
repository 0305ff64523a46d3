using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// A file that the engine writes anew as a whole while it runs. What somebody else has made of it meanwhile is kept beside it, once, however
/// often the writing fails.
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="directory">The directory.</param>
/// <param name="name">The name of the file.</param>
/// <param name="stamp">Size and time as it was read; the default where it is new.</param>
/// <param name="logger">Told of an edit.</param>
internal sealed partial class ReplacedFile(IFileSystem files, string directory, string name, FileStamp stamp, ILogger logger)
{
    private readonly string _path = Path.Combine(directory, name);
    private FileStamp? _written;
    private FileStamp? _kept;

    /// <summary>Size and time as it was read or written last.</summary>
    public FileStamp Stamp { get; private set; } = stamp;

    /// <summary>Whether nobody has changed or removed it since.</summary>
    public bool IsAsWritten => IsOurs(files.GetStamp(_path));

    /// <summary>Puts another file in its place.</summary>
    /// <param name="temporary">The path of the other one.</param>
    /// <param name="time">When, for the name under which an edit is kept.</param>
    public void ReplaceBy(string temporary, DateTimeOffset time)
    {
        KeepEdited(time);

        // Noted before: a rename that is reported as failed may have been done, and must not pass for an edit.
        var replacement = files.GetStamp(temporary);
        _written = replacement;
        files.Rename(temporary, _path);
        Stamp = replacement;
    }

    private void KeepEdited(DateTimeOffset time)
    {
        var present = files.GetStamp(_path);
        if (IsOurs(present))
        {
            // The next attempt forgets what this one has written.
            Stamp = present;
        }
        else if (present != _kept && files.FileExists(_path))
        {
            // A copy: without its file a collection would look lost after a kill at this moment.
            var edited = Path.Combine(directory, files.FreeName(directory, $"{name}.{Timestamp.FormatName(time)}", DirectoryFiles.EditedEnding));
            files.Copy(_path, edited);
            files.FlushFolder(directory);
            _kept = present;
            LogEdited(logger, _path, edited);
        }
    }

    private bool IsOurs(FileStamp present) => present == Stamp || present == _written;

    [LoggerMessage(EventId = 1004, Level = LogLevel.Warning,
        Message = "'{Path}' was edited while the server ran. What the server holds is written in its place; the edited file is kept as '{Edited}'. " +
        "Stop the server before you edit its files.")]
    private static partial void LogEdited(ILogger logger, string path, string edited);
}
