using System.Globalization;

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
    /// <param name="files">The file system.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">What it will hold.</param>
    /// <param name="replace">Puts the file whose path it is given in its place; a rename unless given.</param>
    public static void WriteAtomically(this IFileSystem files, string path, ReadOnlySpan<byte> content, Action<string>? replace = null)
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

            if (replace is null)
            {
                files.Rename(temporary, path);
            }
            else
            {
                replace(temporary);
            }
        }
        catch
        {
            files.DeleteUnfinished(temporary);
            throw;
        }

        files.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Writes a new file with the content of another.</summary>
    public static void Copy(this IFileSystem files, string from, string to)
    {
        using var source = files.OpenRead(from);
        try
        {
            using var target = files.CreateFile(to);
            var buffer = new byte[(int)Math.Min(source.Length + 1, 64 * 1_024)];
            long offset = 0;
            for (int read; (read = source.Read(buffer)) > 0; offset += read)
            {
                target.Write(buffer.AsSpan(0, read), offset);
            }

            target.Flush();
        }
        catch
        {
            files.DeleteUnfinished(to);
            throw;
        }
    }

    /// <summary>A name that nothing in a folder has: what was kept once is never overwritten, were it in the same second.</summary>
    public static string FreeName(this IFileSystem files, string folder, string name, string ending = "")
    {
        var taken = files.ListFiles(folder).Concat(files.ListFolders(folder)).ToHashSet(StringComparer.Ordinal);
        for (var number = 1; ; number++)
        {
            var candidate = number is 1 ? name + ending : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}{ending}");
            if (!taken.Contains(candidate))
            {
                return candidate;
            }
        }
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
