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

    private readonly IFileSystem _files;
    private readonly IDisposable _lock;
    private readonly string _ownerPath;

    private DirectoryLock(IFileSystem files, IDisposable @lock, string ownerPath) => (_files, _lock, _ownerPath) = (files, @lock, ownerPath);

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
    public static DirectoryLock Acquire(IFileSystem files, string directory, TimeProvider time)
    {
        var ownerPath = Path.Combine(directory, OwnerFileName);
        var held = TryLock(files, directory) ?? throw new StorageException(
            $"The storage directory '{directory}' is in use by {DescribeOwner(files, ownerPath)}. " +
            "Stop that process first, or give this one a directory of its own (Identity:StorageDirectory or OAUTH_STORAGE_DIR).");
        try
        {
            WriteOwner(files, ownerPath, time);
        }
        catch (IOException)
        {
            // It only informs: a full disk must not keep the server from starting, and reading.
        }
        catch (UnauthorizedAccessException exception)
        {
            held.Dispose();
            throw new StorageException($"'{ownerPath}' cannot be written: {exception.Message} {MendRights}", exception);
        }

        return new DirectoryLock(files, held, ownerPath);
    }

    public void Dispose()
    {
        try
        {
            _files.Delete(_ownerPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It only informs; the next owner replaces it.
        }

        _lock.Dispose();
    }

    private static IDisposable? TryLock(IFileSystem files, string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            return files.TryLock(path);
        }
        catch (NotSupportedException exception)
        {
            throw new StorageException($"The storage directory '{directory}' cannot be locked: {exception.Message} Use a local disk.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"'{path}' cannot be opened: {exception.Message} {MendRights}", exception);
        }
    }

    private static void WriteOwner(IFileSystem files, string path, TimeProvider time)
    {
        // The last owner's is there where that was killed.
        files.Delete(path);
        using var file = files.CreateFile(path);
        file.Write(JsonSerializer.SerializeToUtf8Bytes(
            new DirectoryOwner(Environment.ProcessId, Environment.MachineName, Timestamp.Format(time.GetUtcNow())), DirectoryOwnerJson.Default.DirectoryOwner), 0);
    }

    private static string DescribeOwner(IFileSystem files, string path)
    {
        try
        {
            using var stream = files.OpenRead(path);
            return JsonSerializer.Deserialize(stream, DirectoryOwnerJson.Default.DirectoryOwner) is { } owner
                ? string.Create(CultureInfo.InvariantCulture, $"process {owner.ProcessId} on {owner.Machine} since {owner.Since}")
                : "another process";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return "another process";
        }
    }
}
