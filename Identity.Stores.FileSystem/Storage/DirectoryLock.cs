using System.Globalization;
using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Holds the directory for one process. The operating system frees the lock when that process ends, however it ends; who
/// holds it stands in a file of its own, since a locked file cannot be read.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    public const string FileName = ".lock";
    public const string OwnerFileName = ".owner";

    private readonly FileStream _stream;
    private readonly string _ownerPath;

    private DirectoryLock(FileStream stream, string ownerPath) => (_stream, _ownerPath) = (stream, ownerPath);

    /// <exception cref="StorageException">Another process holds the directory, or locks have no effect there.</exception>
    public static DirectoryLock Acquire(string directory, TimeProvider time)
    {
        var path = Path.Combine(directory, FileName);
        var ownerPath = Path.Combine(directory, OwnerFileName);
        var stream = TryOpen(path) ?? throw new StorageException(
            $"The storage directory '{directory}' is in use by {DescribeOwner(ownerPath)}. " +
            "Stop that process first, or give this one a directory of its own (Identity:StorageDirectory or OAUTH_STORAGE_DIR).");

        // .NET can be told not to lock files, and some file systems do not: then a second owner would get in unnoticed.
        if (TryOpen(path) is { } second)
        {
            second.Dispose();
            stream.Dispose();
            throw new StorageException($"The storage directory '{directory}' cannot be locked: file locking is switched off " +
                "(DOTNET_SYSTEM_IO_DISABLEFILELOCKING) or the file system has none. Use a local disk, with locking on.");
        }

        try
        {
            using var owner = new FileStream(ownerPath, Options(FileMode.Create));
            JsonSerializer.Serialize(owner, new DirectoryOwner(Environment.ProcessId, Environment.MachineName, Timestamp.Format(time.GetUtcNow())),
                DirectoryOwnerJson.Default.DirectoryOwner);
        }
        catch (IOException)
        {
            // It only informs: a full disk must not keep the server from starting, and reading.
        }
        catch (UnauthorizedAccessException exception)
        {
            stream.Dispose();
            throw new StorageException($"'{ownerPath}' cannot be written: {exception.Message}", exception);
        }

        return new DirectoryLock(stream, ownerPath);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_ownerPath);
        }
        catch (IOException)
        {
            // It only informs; the next owner overwrites it.
        }

        _stream.Dispose();
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, Options(FileMode.OpenOrCreate));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StorageException($"'{path}' cannot be opened: {exception.Message} Give the user that runs the server the rights to it.", exception);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (IOException exception)
        {
            throw new StorageException($"'{path}' cannot be created: {exception.Message}", exception);
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static string DescribeOwner(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), DirectoryOwnerJson.Default.DirectoryOwner) is { } owner
                ? string.Create(CultureInfo.InvariantCulture, $"process {owner.ProcessId} on {owner.Machine} since {owner.Since}")
                : "another process";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return "another process";
        }
    }
}
