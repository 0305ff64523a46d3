namespace Identity.Stores.FileSystem.Storage;

internal static class FileSystemExtensions
{
    /// <summary>The ending of a file that is being written; what a crash leaves behind under it is removed at the next start.</summary>
    public const string TemporaryEnding = ".tmp";

    public static byte[] ReadAllBytes(this IFileSystem files, string path)
    {
        using var stream = files.OpenRead(path);
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    /// <summary>Replaces a file as a whole: after a crash it holds the old content or the new.</summary>
    public static void WriteAtomically(this IFileSystem files, string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + TemporaryEnding;
        files.DeleteIfExists(temporary);
        try
        {
            using (var file = files.CreateFile(temporary))
            {
                file.Write(content, 0);
                file.Flush();
            }

            files.Rename(temporary, path);
        }
        catch
        {
            files.DeleteUnfinished(temporary);
            throw;
        }

        files.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes what could not be written to its end, and would take up a disk that is full; where that fails too, a later start does it.</summary>
    public static void DeleteUnfinished(this IFileSystem files, string path)
    {
        try
        {
            files.DeleteIfExists(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What led here is thrown on.
        }
    }

    public static void DeleteIfExists(this IFileSystem files, string path)
    {
        if (files.FileExists(path))
        {
            files.Delete(path);
        }
    }
}
