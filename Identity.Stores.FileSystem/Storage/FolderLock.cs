using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>A lock on a folder itself, which .NET cannot take: it holds whatever becomes of the files in the folder.</summary>
internal static partial class FolderLock
{
    /// <summary>What the system says where another process holds a lock: EAGAIN or EWOULDBLOCK.</summary>
    public const int LinuxWouldBlock = 11;

    /// <summary>The same on macOS.</summary>
    public const int MacWouldBlock = 35;

    private const int Exclusive = 2;
    private const int WithoutWaiting = 4;
    private const int LinuxCloseOnExecute = 0x80000;
    private const int MacCloseOnExecute = 0x1000000;

    /// <param name="folder">The folder.</param>
    /// <param name="held">Holds the lock until it is disposed; null where there is no such lock, as on Windows.</param>
    /// <returns>False where another process holds it.</returns>
    public static bool TryAcquire(string folder, out IDisposable? held)
    {
        held = null;
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        var handle = new SafeFileHandle(Open(folder, OperatingSystem.IsMacOS() ? MacCloseOnExecute : LinuxCloseOnExecute), ownsHandle: true);
        if (!handle.IsInvalid && Lock(handle, Exclusive | WithoutWaiting) is 0)
        {
            held = handle;
            return true;
        }

        // Whatever else is the matter, the file that is locked as well will tell.
        var isHeld = !handle.IsInvalid && Marshal.GetLastPInvokeError() is (LinuxWouldBlock or MacWouldBlock);
        handle.Dispose();
        return !isHeld;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle folder, int operation);
}
