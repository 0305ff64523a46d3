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

    private const string LockingVariable = "DOTNET_SYSTEM_IO_DISABLEFILELOCKING";
    private const string MendRights = "The user that runs the server must be able to write in that directory (mode 0700, on a disk that is mounted for writing and not full).";

    // What opening says when another process holds the lock: EAGAIN or EWOULDBLOCK, and ERROR_SHARING_VIOLATION.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    private readonly FileStream _stream;
    private readonly string _ownerPath;

    private DirectoryLock(FileStream stream, string ownerPath) => (_stream, _ownerPath) = (stream, ownerPath);

    /// <summary>Before anything is created: .NET can be told not to lock files, and then a second owner would get in unnoticed.</summary>
    /// <exception cref="StorageException">It was told so.</exception>
    public static void RefuseWithoutLocking(string directory)
    {
        // As .NET reads it: the setting of the program counts more than the variable.
        var isSwitchedOff = AppContext.TryGetSwitch("System.IO.DisableFileLocking", out var isDisabled)
            ? isDisabled
            : Environment.GetEnvironmentVariable(LockingVariable) is "1" || string.Equals(Environment.GetEnvironmentVariable(LockingVariable), "true", StringComparison.OrdinalIgnoreCase);
        if (isSwitchedOff)
        {
            throw new StorageException($"The storage directory '{directory}' cannot be locked: file locking is switched off. " +
                $"Unset {LockingVariable} (or System.IO.DisableFileLocking in runtimeconfig.json).");
        }
    }

    /// <exception cref="StorageException">Another process holds the directory, or locks have no effect there.</exception>
    public static DirectoryLock Acquire(string directory, TimeProvider time)
    {
        var path = Path.Combine(directory, FileName);
        var ownerPath = Path.Combine(directory, OwnerFileName);
        var stream = TryOpen(path) ?? throw new StorageException(
            $"The storage directory '{directory}' is in use by {DescribeOwner(ownerPath)}. " +
            "Stop that process first, or give this one a directory of its own (Identity:StorageDirectory or OAUTH_STORAGE_DIR).");

        // Some file systems take a lock without holding it: then a second owner would get in unnoticed.
        if (TryOpen(path) is { } second)
        {
            second.Dispose();
            stream.Dispose();
            throw new StorageException($"The storage directory '{directory}' cannot be locked: the file system there has no locks. Use a local disk.");
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
            throw new StorageException($"'{ownerPath}' cannot be written: {exception.Message} {MendRights}", exception);
        }

        return new DirectoryLock(stream, ownerPath);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_ownerPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
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
        catch (IOException exception) when (exception.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"'{path}' cannot be opened: {exception.Message} {MendRights}", exception);
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
