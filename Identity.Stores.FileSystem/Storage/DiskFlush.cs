using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Makes files and folders durable, or says that they are not. <c>RandomAccess.FlushToDisk</c> does not say it on Unix: .NET 10 takes
/// every failure of fsync for a success.
/// </summary>
internal static partial class DiskFlush
{
    // Of macOS, whose fsync leaves in the cache of the disk what was written.
    private const int FullFlush = 51;

    private const int Interrupted = 4;

    /// <exception cref="IOException">What was written since the last flush may be lost.</exception>
    public static void FlushFile(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // There it says what went wrong.
            RandomAccess.FlushToDisk(file);
#pragma warning restore RS0030
            return;
        }

        while ((OperatingSystem.IsMacOS() ? Control(file, FullFlush) : Synchronize(file)) < 0)
        {
            if (Marshal.GetLastPInvokeError() is not Interrupted)
            {
                throw new IOException($"'{path}' cannot be flushed to the disk: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    /// <exception cref="IOException">Names in the folder may be lost.</exception>
    public static void FlushFolder(string path)
    {
        // Windows has no such call and orders its own metadata; elsewhere a name is durable only when its folder is flushed.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new SafeFileHandle(Open(path, 0), ownsHandle: true);
        if (folder.IsInvalid)
        {
            throw new IOException($"The folder '{path}' cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        FlushFile(folder, path);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command);
}
